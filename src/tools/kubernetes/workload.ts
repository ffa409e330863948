import { z } from 'zod';
import type { Target } from '../../domain/target.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A namespace's name (DNS-1123 label). */
export const NamespaceName = z
  .string()
  .max(63)
  .regex(LABEL, 'a namespace is lower-case letters, digits and "-"')
  .describe('Namespace, for example shop');

/** What names a workload. Each tool's input is this and its own fields. */
export const Workload = z.strictObject({
  namespace: NamespaceName,
  kind: z.enum(['Deployment']).default('Deployment').describe('Kind of workload'),
  name: z
    .string()
    .max(253)
    .regex(SUBDOMAIN, 'a workload name is lower-case letters, digits, "-" and "."')
    .describe('Name of the workload, for example checkout'),
});
export type Workload = z.infer<typeof Workload>;

/** How people call it: `deployment checkout in shop`. */
export const nameOf = ({ kind, name, namespace }: Workload): string => `${kind.toLowerCase()} ${name} in ${namespace}`;

/** What an action on it locks. */
export function targetOf(workload: Workload, connection: string, clusterUid: string): Target {
  const { namespace, kind, name } = workload;
  return {
    system: 'kubernetes',
    connection,
    key: `kubernetes:${clusterUid}/${namespace}/${kind.toLowerCase()}s/${name}`,
    name: nameOf(workload),
    tags: { namespace, kind, name },
  };
}

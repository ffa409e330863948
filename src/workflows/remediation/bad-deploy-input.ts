import { z } from 'zod';
import { ConnectionName, Duration } from '../../sdk/runbook.ts';

const Label = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, "-" and "."');

/** What `remediation/bad-deploy` is told. */
export const BadDeployInput = z.strictObject({
  namespace: Label.max(63).describe('Namespace of the workload, for example shop'),
  name: Label.describe('Name of the workload, for example checkout'),
  kind: z.enum(['Deployment']).default('Deployment').describe('Kind of workload'),
  connection: ConnectionName.default('default').describe('Which cluster and Prometheus, as configured'),
  window: Duration.default('1m').describe('Window over which errors are counted'),
  stabilise: Duration.default('2m').describe('Wait between the fix and its verification; at least the window'),
  maxErrorRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Share of failing requests above which the workload counts as broken'),
  errorRatioQuery: z
    .string()
    .max(2000)
    .optional()
    .describe('PromQL giving the share of failing requests, where the default metric http_requests_total is not there'),
  requestsQuery: z
    .string()
    .max(2000)
    .optional()
    .describe('PromQL giving the number of requests in the window, likewise'),
});
export type BadDeployInput = z.infer<typeof BadDeployInput>;

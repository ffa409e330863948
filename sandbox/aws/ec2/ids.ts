import { createHash, randomBytes } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';

/** As the codes of errors call them: `InvalidAMIID.NotFound`. */
const KINDS = {
  vol: 'Volume',
  snap: 'Snapshot',
  i: 'InstanceID',
  ami: 'AMIID',
  lt: 'LaunchTemplateId',
} as const;
export type IdKind = keyof typeof KINDS;

/** `vol-` and 17 hex digits, of a name: the same each time, so that stories can be told about it. */
export const idFor = (kind: IdKind, name: string): string =>
  `${kind}-0${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

export const newId = (kind: IdKind): string => `${kind}-0${randomBytes(8).toString('hex')}`;

const NOT_FOUND: Record<IdKind, (id: string) => string> = {
  vol: (id) => `The volume '${id}' does not exist.`,
  snap: (id) => `The snapshot '${id}' does not exist.`,
  i: (id) => `The instance ID '${id}' does not exist`,
  ami: (id) => `The image id '[${id}]' does not exist`,
  lt: (id) => `The specified launch template, with template ID ${id}, does not exist.`,
};

/** The thing with an id. @throws AwsError `Invalid….Malformed` or `Invalid….NotFound`, as EC2 names them */
export function found<T>(things: ReadonlyMap<string, T>, kind: IdKind, id: string): T {
  if (!new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
    const code = kind === 'vol' ? 'InvalidParameterValue' : `Invalid${KINDS[kind]}.Malformed`;
    throw new AwsError(code, `Invalid id: "${id}" (expecting "${kind}-...")`);
  }
  const thing = things.get(id);
  if (thing === undefined) throw new AwsError(`Invalid${KINDS[kind]}.NotFound`, NOT_FOUND[kind](id));
  return thing;
}

/** What a scanner says of where a resource is. */
export interface Placed {
  readonly provider: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly type: string;
  readonly uid: string;
}

const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d*):(.+)$/;

/** A part of a key: a slash of its own would make it an ancestor of something. */
const part = (text: string | null | undefined): string => (text ?? '').replaceAll('/', '%2F') || '-';

/** `volume/vol-1`, `bucket/logs`, `secret:db`: what kind it is and its name, where an ARN says so. */
function inArn(service: string, resource: string, type: string): readonly string[] {
  if (service === 's3') return ['bucket', part(resource)];
  const [, kind, name] = /^([a-zA-Z0-9-]+)[/:](.+)$/.exec(resource) ?? [];
  if (kind === undefined || name === undefined) return [part(type), part(resource)];
  // EC2's own names of kinds are those that actions lock; other services' may mean several things.
  return service === 'ec2' ? [kind, part(name)] : [service, kind, part(name)];
}

/**
 * The canonical key of a resource, the same that an action on it locks, as far as one can tell from a scan: for AWS
 * `aws:<account>/<region>/<kind>/<name>`. What nothing acts on yet has one as well, so that it can be listed and excepted.
 */
export function targetKeyOf({ provider, account, region, type, uid }: Placed): string {
  const [, service = '', arnRegion, arnAccount, resource] = ARN.exec(uid) ?? [];
  const at = [part(arnAccount || account), part(arnRegion || region)];
  const what = resource === undefined ? [part(type), part(uid)] : inArn(service, resource, type);
  return `${provider}:${[...at, ...what].join('/')}`.slice(0, 500);
}

export interface StatusCause {
  reason: string;
  field: string;
  message: string;
}

interface Subject {
  group?: string;
  kind?: string;
  name?: string;
}

/** An answer of the API server that is not a success; `toStatus` is its wire form, a `v1.Status`. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: number, reason: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): Record<string, unknown> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

const dotted = (plural: string, group: string): string => (group ? `${plural}.${group}` : plural);

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (
  user: string,
  verb: string,
  plural: string,
  subject: Subject,
  namespace?: string,
): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    `${dotted(plural, subject.group ?? '')}${subject.name ? ` "${subject.name}"` : ''} is forbidden: User "${user}" cannot ${verb} ` +
      `resource "${plural}" in API group "${subject.group ?? ''}"${namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope'}`,
    { name: subject.name, group: subject.group, kind: plural },
  );

export const notFound = (plural: string, group: string, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${dotted(plural, group)} "${name}" not found`, { name, group, kind: plural });

export const noSuchPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export const notAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const conflict = (plural: string, group: string, name: string, why?: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${dotted(plural, group)} "${name}": ${
      why ?? 'the object has been modified; please apply your changes to the latest version and try again'
    }`,
    { name, group, kind: plural },
  );

export const invalid = (kind: string, group: string, name: string, causes: StatusCause[]): StatusError => {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  return new StatusError(
    422,
    'Invalid',
    `${dotted(kind, group)} "${name}" is invalid: ${lines.length > 1 ? `[${lines.join(', ')}]` : lines.join('')}`,
    { name, group, kind, causes },
  );
};

export const unsupportedMediaType = (got: string, supported: string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${got}) - accepted media types include: ${supported.join(', ')}`,
  );

export const expired = (version: number): StatusError =>
  new StatusError(410, 'Expired', `too old resource version: ${version}`);

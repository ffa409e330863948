import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RequestInfo } from './request-info.ts';
import { badRequest, forbidden, unauthorized } from './status-error.ts';

export interface User {
  name: string;
  token: string;
  /** May change things; the others may only look. */
  writes: boolean;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete']);

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** @throws StatusError 401 */
export function authenticate(users: User[], authorization: string | undefined): User {
  const token = /^Bearer (?<token>\S+)$/i.exec(authorization ?? '')?.groups?.['token'] ?? '';
  const user = users.find((each) => same(each.token, token));
  if (!user) throw unauthorized();
  return user;
}

/** @throws StatusError 403 when a viewer asks to change something */
export function authorize(user: User, info: RequestInfo): void {
  const { plural, group } = info.resource;
  if (user.writes || !WRITES.has(info.verb) || plural === 'selfsubjectaccessreviews') return;
  const subject = { group, ...(info.name !== undefined && { name: info.name }) };
  throw forbidden(
    user.name,
    info.verb,
    info.subresource ? `${plural}/${info.subresource}` : plural,
    subject,
    info.namespace,
  );
}

const REVIEW = z.object({
  spec: z.looseObject({ resourceAttributes: z.looseObject({ verb: z.string().optional() }).optional() }),
});

/** Answers `kubectl auth can-i` truthfully. @throws StatusError 400 */
export function reviewAccess(user: User, body: unknown): Record<string, unknown> {
  const spec = REVIEW.safeParse(body).data?.spec;
  if (!spec) throw badRequest('the body is not a SelfSubjectAccessReview');
  const verb = spec.resourceAttributes?.verb ?? 'get';
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec,
    status: { allowed: user.writes || ['get', 'list', 'watch'].includes(verb) },
  };
}

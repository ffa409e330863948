import { verifyWith } from '../authority/keys/verify-signature.ts';
import { Failure } from '../domain/failure.ts';
import { signedPermit, type SignedRunPermit } from '../domain/permit.ts';
import { systemOf } from '../domain/queue.ts';

/** Reads need no grant, only this: a permit of the authority, in force, that names the tool and the connection. */
export function checkPermit(
  { permit, keyId, signature }: SignedRunPermit,
  publicKeyPem: string,
  now: Date,
  use: { tool: string; connection: string },
): void {
  const refuse = (why: string) => {
    throw new Failure('stop.forbidden', `The run permit of ${permit.run} ${why}`);
  };
  if (!verifyWith(publicKeyPem, signedPermit(permit), keyId, signature))
    refuse("does not carry the authority's signature");
  if (new Date(permit.expiresAt) <= now) refuse(`expired at ${permit.expiresAt}`);
  if (!permit.tools.includes(use.tool))
    refuse(`does not name the tool ${use.tool}; ${permit.runbook} may use ${permit.tools.join(', ')}`);
  if (!permit.connections.includes(`${systemOf(use.tool)}.${use.connection}`))
    refuse(`does not name the connection "${use.connection}" of ${systemOf(use.tool)}`);
}

import type { Preview } from '../../domain/action.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Seal } from '../../domain/grant.ts';
import type { SigningKey } from '../keys/signing-key.ts';

const part = (action: string, preview: Preview) => ({
  type: 'belay/preview' as const,
  action,
  preview: digestOf(preview),
});

/**
 * The authority's signature over a preview as it came from the tools worker. The action's digest covers what is done;
 * this covers the rest of it too: how much it touches, and the pre-state that an undo goes by.
 */
export const sealOf = (key: SigningKey, action: string, preview: Preview): Seal => ({
  keyId: key.keyId,
  signature: key.sign(part(action, preview)),
});

/** False when a stored preview is not, whole, what came in under this action id. */
export const sealHolds = (
  key: SigningKey,
  { id, preview, seal }: { id: string; preview: Preview; seal: Seal | null },
): boolean => seal !== null && key.verify(part(id, preview), seal.keyId, seal.signature);

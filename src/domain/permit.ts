import { z } from 'zod';
import { RunId } from './ids.ts';

/** What a run may read, signed by the authority and checked by every tools worker before every read. */
export const RunPermit = z.object({
  v: z.literal(1),
  run: RunId,
  /** `firstExecutionRunId` of the Temporal chain the run is bound to. */
  execution: z.string(),
  runbook: z.string(),
  tools: z.array(z.string()),
  connections: z.array(z.string()),
  expiresAt: z.iso.datetime(),
});
export type RunPermit = z.infer<typeof RunPermit>;

/** What a permit's signature covers. The type tag keeps it from passing for anything else that is signed. */
export const signedPermit = (permit: RunPermit): RunPermit & { type: 'belay/permit' } => ({
  type: 'belay/permit',
  ...permit,
});

/** A permit with the authority's signature over the RFC 8785 form of it and its type. */
export const SignedRunPermit = z.object({ permit: RunPermit, keyId: z.string(), signature: z.string() });
export type SignedRunPermit = z.infer<typeof SignedRunPermit>;

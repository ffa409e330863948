import type { AuthorityContext } from '../context.ts';
import { exportProof, type ProofFile } from './export-proof.ts';

/** Proof packs, as people's doors see them. */
export interface ProofDoors {
  /** The files of a run's pack, in order; undefined for a run that is not known. See `exportProof`. */
  exportProof(run: string): Promise<AsyncIterable<ProofFile> | undefined>;
}

export const proofDoors = (context: AuthorityContext): ProofDoors => ({
  exportProof: async (id) => {
    const run = await context.db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
    return run && exportProof(context, run);
  },
});

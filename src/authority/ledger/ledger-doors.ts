import type { Checkpoint } from '../../domain/checkpoint.ts';
import type { DoctorLine } from '../../domain/doctor-line.ts';
import type { ExportScope } from '../../domain/ledger-bundle.ts';
import type { AuthorityContext } from '../context.ts';
import { type ExportedFile, exportLedger } from './export/export-ledger.ts';
import { serverLines } from './server-lines.ts';
import type { KeeperStatus } from './keeper.ts';
import { sealCheckpoint } from './seal.ts';

/** The ledger beyond one run, as people's doors see it. */
export interface LedgerDoors {
  /** Seals what was recorded so far and gives it to the anchors, as far as they answer. */
  sealCheckpoint(): Promise<Checkpoint>;
  /** How the record is kept outside the database; undefined where nothing keeps it. */
  ledgerStatus(): Promise<KeeperStatus | undefined>;
  /** The files of a bundle, in order; see `exportLedger`. */
  exportLedger(scope: ExportScope): Promise<AsyncIterable<ExportedFile>>;
  /** What this server knows of itself, for `belay doctor`. */
  doctorLines(): Promise<DoctorLine[]>;
}

export const ledgerDoors = (context: AuthorityContext): LedgerDoors => ({
  sealCheckpoint: () => context.keeper?.().seal() ?? sealCheckpoint(context),
  ledgerStatus: async () => await context.keeper?.().status(),
  exportLedger: async (scope) => exportLedger(context, scope),
  doctorLines: () => serverLines(context),
});

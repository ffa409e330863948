import type { LedgerDoors } from '../../src/authority/ledger/ledger-doors.ts';
import type { Checkpoint } from '../../src/domain/checkpoint.ts';
import { digestOf } from '../../src/domain/digest.ts';

export const CHECKPOINT: Checkpoint = {
  v: 1,
  type: 'belay/checkpoint',
  number: 1,
  at: '2026-01-02T03:04:05.000Z',
  sequence: { number: 2, hash: digestOf('two') },
  root: digestOf('root'),
  moved: 1,
  chains: 1,
  entries: 3,
  prev: null,
  keyId: '0123456789abcdef',
  signature: 'sig',
};

/** Nothing is kept outside, and an export has two small files. */
export const noLedger: LedgerDoors = {
  sealCheckpoint: async () => CHECKPOINT,
  ledgerStatus: async () => undefined,
  exportLedger: async () =>
    (async function* () {
      for (const path of ['keys.pem', 'manifest.json'] as const)
        yield {
          path,
          content: (async function* () {
            yield `${path} one\n`;
            yield 'two\n';
          })(),
        };
    })(),
  doctorLines: async () => [{ what: 'anchors', how: 'note', text: 'tail not anchored' }],
};

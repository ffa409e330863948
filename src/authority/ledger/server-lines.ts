import { createPublicKey } from 'node:crypto';
import { directoryNotes } from '../../domain/directory-problems.ts';
import type { DoctorLine } from '../../domain/doctor-line.ts';
import { scopeText } from '../../domain/halt.ts';
import { reasonOf } from '../../platform/problem.ts';
import type { AuthorityContext } from '../context.ts';
import { haltsInForce } from '../halts/halt-over.ts';
import { publicKeysIn } from '../keys/verify-signature.ts';
import { whoMayDecide } from '../people/people-view.ts';
import { caveatsOf } from './caveats.ts';
import { fingerprintOf } from '../keys/fingerprint-of.ts';

type Said = Omit<DoctorLine, 'what'>;
type Look = (context: AuthorityContext) => Promise<readonly Said[]>;

const ok = (text: string): Said => ({ how: 'ok', text });
const bad = (text: string): Said => ({ how: 'bad', text });
const note = (text: string): Said => ({ how: 'note', text });

const LOOKS: readonly (readonly [what: string, look: Look])[] = [
  [
    'halts',
    async ({ db }) => {
      const halts = await haltsInForce(db);
      if (halts.length === 0) return [ok('nothing is halted')];
      return halts.map(({ id, scope, by, reason }) => note(`${id}: ${scopeText(scope)}, by ${by.name}: ${reason}`));
    },
  ],
  [
    'policy',
    async (context) => {
      const { hash } = context.bundle();
      const refused = context.bundles?.().refused();
      return [
        ok(`bundle ${hash.slice(0, 19)} is in force`),
        ...(refused ? [bad(`a newer one was refused: ${refused.problems.join('; ')}`)] : []),
      ];
    },
  ],
  [
    'people',
    async (context) => {
      const { directory } = context.bundle();
      const { nobody, text } = whoMayDecide(directory);
      return [nobody ? bad(text) : ok(text), ...directoryNotes(directory).map(note)];
    },
  ],
  [
    'passkeys',
    async ({ stepUp, db }) => {
      if (!stepUp?.site()) return [note('none can be used here: BELAY_PUBLIC_URL with https, or localhost, is needed')];
      return [(await stepUp.possible(db)) ? ok('somebody has one') : note('nobody has one yet: belay passkey add')];
    },
  ],
  [
    'keys',
    async ({ key }) => {
      const retired = publicKeysIn(key.ringPem).size - 1;
      const fingerprint = fingerprintOf(createPublicKey(key.publicKeyPem));
      return [ok(`${fingerprint} signs${retired > 0 ? `; ${retired} retired still verify` : ''}`)];
    },
  ],
  [
    'checkpoints',
    async (context) => {
      const status = await context.keeper?.().status();
      if (!status) return [note('nothing seals them here')];
      const { checkpoint, pin, behind } = status;
      const sealed = checkpoint
        ? ok(`${checkpoint.number} was sealed at ${checkpoint.at}, over ${checkpoint.entries} entries`)
        : note('none was sealed yet');
      return [
        sealed,
        ...behind.map(bad),
        pin.problem === null ? ok(`pinned in ${pin.path}`) : bad(`not pinned in ${pin.path}: ${pin.problem}`),
      ];
    },
  ],
  [
    'anchors',
    async (context) => {
      const { anchors = [] } = (await context.keeper?.().status()) ?? {};
      const lines = anchors.map(({ name, checkpoint, sealedAt, problem }) => {
        const has = checkpoint === null ? 'has none yet' : `has checkpoint ${checkpoint} of ${sealedAt}`;
        return problem === null
          ? (checkpoint === null ? note : ok)(`${name} ${has}`)
          : bad(`${name} ${has}; it fails: ${problem}`);
      });
      return [...lines, ...(await caveatsOf(context)).map(note)];
    },
  ],
];

/** What a running server knows of itself for `belay doctor`. What cannot be looked at is a line and no error. */
export async function serverLines(context: AuthorityContext): Promise<DoctorLine[]> {
  const found = await Promise.all(
    LOOKS.map(async ([what, look]): Promise<DoctorLine[]> => {
      try {
        return (await look(context)).map((said) => ({ what, ...said }));
      } catch (error) {
        return [{ what, ...bad(reasonOf(error)) }];
      }
    }),
  );
  return found.flat();
}

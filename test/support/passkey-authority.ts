import type { ActiveBundle } from '../../src/authority/bundle/active-bundle.ts';
import { createDoors } from '../../src/authority/create-doors.ts';
import type { AuthorityContext } from '../../src/authority/context.ts';
import type { Refused } from '../../src/authority/stepup/refusal.ts';
import { createStepUp } from '../../src/authority/stepup/create-step-up.ts';
import type { DecisionRequest } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { Directory } from '../../src/domain/directory.ts';
import type { Person } from '../../src/domain/person.ts';
import type { Requirement } from '../../src/domain/requirement.ts';
import { startAuthority } from './authority-fixture.ts';
import { requirementSample } from './samples.ts';
import { type SoftwarePasskey, softwarePasskey } from './software-passkey.ts';

export const SITE = { id: 'localhost', origin: 'http://localhost:7420' };
export const ada: Person = { id: 'local:ada', name: 'Ada', door: 'web' };
export const bob: Person = { id: 'local:bob', name: 'Bob', door: 'web' };
/** Whoever holds the terminal. */
export const terminal: Person = { id: 'local:root', name: 'root', door: 'cli' };

const person = (name: string, id: string, active = true) => ({ name, identities: [id], active });

export const directoryOfTest = (change: Partial<Directory['people']> = {}): Directory => ({
  v: 1,
  people: {
    ada: { ...person('Ada', 'local:ada'), identities: ['local:ada', 'slack:T1/UADA'] },
    bob: person('Bob', 'local:bob'),
    root: person('root', 'local:root'),
    ...change,
  },
  groups: { approvers: { members: ['ada', 'bob'], narrowedBy: [], leads: ['bob'] } },
});

/** A bundle that asks the same of everything: by hand, so that nothing here depends on a policy language. */
export function stepUpBundle(change: Partial<Requirement> = {}, directory = directoryOfTest()): ActiveBundle {
  const choice = requirementSample({ stepUp: true, rule: 'step-up', ...change });
  return {
    hash: digestOf({ choice, directory }),
    policy: { name: 'step-up', choice, own: () => choice, judge: () => ({ say: 'gate', requirement: choice }) },
    directory,
    caps: [],
  };
}

/** An authority that takes passkeys, with the ways a person goes about theirs. `become` changes what is judged by. */
export async function startPasskeyAuthority(options: { url?: string; key?: AuthorityContext['key'] } = {}) {
  let bundle = stepUpBundle();
  // The fixture takes one bundle for good; this one is whichever holds now.
  const current: ActiveBundle = {
    get hash() {
      return bundle.hash;
    },
    get policy() {
      return bundle.policy;
    },
    get directory() {
      return bundle.directory;
    },
    get caps() {
      return bundle.caps;
    },
  };
  const belay = await startAuthority({ ...options, bundle: current });
  let site: typeof SITE | null = SITE;
  const context: AuthorityContext = {
    ...belay.context,
    bundle: () => bundle,
    stepUp: createStepUp({ key: belay.context.key, bundle: () => bundle, now: belay.context.now }, () => site),
  };
  const doors = createDoors(context);
  const { passkeys } = doors;

  function good<T extends object>(answer: T | Refused): T {
    if ('refused' in answer) throw new Error(answer.refused);
    return answer;
  }

  /** Enrols a passkey for somebody with a code from the terminal. */
  async function enrol(who: string, label = 'laptop', passkey = softwarePasskey()): Promise<SoftwarePasskey> {
    const { code } = good(await passkeys.newCode(who, terminal));
    const { challenge, options: wanted } = good(await passkeys.begin({ code }));
    good(await passkeys.add({ challenge, registration: passkey.create(wanted), label }));
    return passkey;
  }

  /** Has a passkey confirm a decision, and gives the decision with its proof; `send` differs where it is twisted. */
  async function confirmed(
    gate: string,
    request: DecisionRequest,
    by: Person,
    passkey: SoftwarePasskey,
    twist: Parameters<SoftwarePasskey['get']>[1] = {},
  ): Promise<DecisionRequest> {
    const { challenge, options: wanted } = good(await passkeys.askStepUp(gate, request, by));
    return { ...request, proof: { challenge, assertion: passkey.get(wanted, twist) } };
  }

  return {
    ...belay,
    context,
    doors,
    passkeys,
    good,
    enrol,
    confirmed,
    become: (next: ActiveBundle) => void (bundle = next),
    moveTo: (next: typeof SITE | null) => void (site = next),
  };
}

export type PasskeyAuthority = Awaited<ReturnType<typeof startPasskeyAuthority>>;

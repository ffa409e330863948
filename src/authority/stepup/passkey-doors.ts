import type { DecisionRequest } from '../../domain/decision.ts';
import { nameOfIdentity } from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { addPasskey, type NewPasskey } from './add-passkey.ts';
import { askPasskey, askStepUp, noSite, type PasskeyAsked } from './ask-step-up.ts';
import { type Allowed, beginPasskey } from './begin-passkey.ts';
import { type EnrolmentCode, newEnrolmentCode } from './enrolment-code.ts';
import type { PasskeyRecord } from './passkey-record.ts';
import { usablePasskeys } from './passkeys.ts';
import { passkeySignIn } from './passkey-sign-in.ts';
import { refuse, type Refused } from './refusal.ts';
import { revokePasskey } from './revoke-passkey.ts';
import type { Site } from './site.ts';

/** Passkeys as people's doors see them. What is refused says why, in words for the person. */
export interface PasskeyDoors {
  /** Where browsers may ask for passkeys; null where none can be used. */
  site(): Promise<Site | null>;
  /** Those that count now, oldest first; one person's where one is given. */
  list(of?: Person): Promise<PasskeyRecord[]>;
  /** Asks a passkey of theirs for one decision, exactly as it will be sent. */
  askStepUp(gate: string, request: DecisionRequest, person: Person): Promise<PasskeyAsked | Refused>;
  /** A one-time code for somebody, by name or identity. Terminal only. */
  newCode(who: string, by: Person): Promise<EnrolmentCode | Refused>;
  /** Asks an existing passkey of theirs to allow another one. */
  askAllow(person: Person): Promise<PasskeyAsked | Refused>;
  begin(allowed: Allowed): Promise<(PasskeyAsked & { person: string }) | Refused>;
  add(made: NewPasskey): Promise<PasskeyRecord | Refused>;
  revoke(id: string, by: Person, reason: string): Promise<{ id: string; person: string } | Refused>;
  askSignIn(): Promise<PasskeyAsked | Refused>;
  signIn(given: { challenge: string; assertion: unknown }): Promise<Omit<Person, 'door'> | Refused>;
}

/** The passkeys of one authority. Where `context.stepUp` is null, each answers that none can be used. */
export function passkeyDoors(context: AuthorityContext): PasskeyDoors {
  const nameOf = ({ id }: Person) => nameOfIdentity(context.bundle().directory, id);
  return {
    site: async () => context.stepUp?.site() ?? null,
    list: async (of) => {
      const person = of && nameOf(of);
      if (of && person === undefined) return [];
      const all = await usablePasskeys(context.db, context, person === undefined ? {} : { person });
      return all.map(({ record }) => record);
    },
    askStepUp: (gate, request, person) => askStepUp(context, gate, request, person),
    newCode: (who, by) => newEnrolmentCode(context, who, by),
    askAllow: async (by) => {
      const site = context.stepUp?.site();
      const person = nameOf(by);
      if (!site) return noSite();
      if (person === undefined) return refuse(403, `${by.name} (${by.id}) is not in Belay's directory.`);
      return await askPasskey(context, site, { type: 'belay/passkey-allow', person }, person);
    },
    begin: (allowed) => beginPasskey(context, allowed),
    add: (made) => addPasskey(context, made),
    revoke: (id, by, reason) => revokePasskey(context, id, by, reason),
    askSignIn: async () => {
      const site = context.stepUp?.site();
      return site ? await askPasskey(context, site, { type: 'belay/passkey-sign-in' }) : noSite();
    },
    signIn: (given) => passkeySignIn(context, given),
  };
}

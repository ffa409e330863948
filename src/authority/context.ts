import type { Manifest } from '../domain/manifest.ts';
import type { Database } from '../platform/database/connect.ts';
import type { SigningKey } from './keys/signing-key.ts';
import type { ActiveBundle } from './bundle/active-bundle.ts';
import type { BundleKeeper } from './bundle/bundle-keeper.ts';
import type { Calendars } from './freezes/calendars.ts';
import type { LedgerKeeper } from './ledger/keeper.ts';
import type { Seen } from './ledger/seen.ts';
import type { VerifiedSequence } from './ledger/verified-sequence.ts';
import type { OutsideLists } from './people/narrowing.ts';
import type { SignIns } from './people/sign-ins.ts';
import type { StepUp } from './stepup/step-up.ts';

/** What every part of the authority works with. Tests set `now`. */
export interface AuthorityContext {
  readonly db: Database;
  readonly key: SigningKey;
  /** 32 bytes: blobs are encrypted with it and named by a hash keyed with it. */
  readonly blobKey: Buffer;
  readonly manifest: Manifest;
  /** What is judged by, as of now. */
  readonly bundle: () => ActiveBundle;
  /** Brings the next bundle in. Absent in a process that only stores alerts, and in tests that fix one. */
  readonly bundles?: () => BundleKeeper;
  /** What narrows groups of the directory. Absent: nothing outside is read, and a group that wants it counts for nobody. */
  readonly narrowing?: OutsideLists;
  /** What an OpenID provider said of those who signed in by it. Absent: a group that wants a claim counts for nobody. */
  readonly signIns?: SignIns;
  /** Change freezes that calendars tell of; absent where none is configured. */
  readonly calendars?: Calendars;
  /** Null where no door for passkeys is configured: what needs one is refused. */
  readonly stepUp: StepUp | null;
  /** The model agents use, for the record; null when none is configured. */
  readonly model: string | null;
  /** Nothing is changed, whatever a run was started for and whoever approves: `belay up --observe`. */
  readonly observeOnly?: boolean;
  readonly now: () => Date;
  /** How far the sequence was seen to go, whatever the database says now. Absent: only the database is asked. */
  readonly seen?: Seen;
  /** What this process read of the sequence and found whole, so that a grant reads only what is new. */
  readonly verified: VerifiedSequence;
  /** What keeps the record outside the database; absent where nothing does (the hooks door, some tests). */
  readonly keeper?: () => LedgerKeeper;
  /** Milliseconds added to a tool's own timeout to make its lease; 5 s unless given. */
  readonly leaseMarginMs?: number;
  /** Says that the outbox has work; called after commit. */
  readonly poke: () => void;
}

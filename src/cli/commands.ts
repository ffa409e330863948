import type { Command } from 'commander';
import { register as ack } from './commands/ack.ts';
import { register as approve } from './commands/approve.ts';
import { register as build } from './commands/build.ts';
import { register as byHand } from './commands/by-hand.ts';
import { register as cancel } from './commands/cancel.ts';
import { register as demo } from './commands/demo.ts';
import { register as deny } from './commands/deny.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as edit } from './commands/edit.ts';
import { register as exceptions } from './commands/exceptions.ts';
import { register as findings } from './commands/findings.ts';
import { register as freeze } from './commands/freeze.ts';
import { register as gates } from './commands/gates.ts';
import { register as halt } from './commands/halt.ts';
import { register as items } from './commands/items.ts';
import { register as keep } from './commands/keep.ts';
import { register as keys } from './commands/keys.ts';
import { register as ledger } from './commands/ledger.ts';
import { register as lists } from './commands/lists.ts';
import { register as migrate } from './commands/migrate.ts';
import { register as passkey } from './commands/passkey.ts';
import { register as people } from './commands/people.ts';
import { register as policy } from './commands/policy.ts';
import { register as proof } from './commands/proof.ts';
import { register as resume } from './commands/resume.ts';
import { register as reviews } from './commands/reviews.ts';
import { register as run } from './commands/run.ts';
import { register as runs } from './commands/runs.ts';
import { register as sandbox } from './commands/sandbox.ts';
import { register as schedules } from './commands/schedules.ts';
import { register as sendBack } from './commands/send-back.ts';
import { register as server } from './commands/server.ts';
import { register as show } from './commands/show.ts';
import { register as signIn } from './commands/sign-in.ts';
import { register as up } from './commands/up.ts';
import { register as watch } from './commands/watch.ts';
import { register as worker } from './commands/worker.ts';

/** Every command, in the order in which help lists them. A new one is a file in `commands/` and a line here. */
export const commands: readonly ((program: Command) => void)[] = [
  up,
  demo,
  sandbox,
  run,
  runs,
  show,
  watch,
  schedules,
  cancel,
  gates,
  items,
  approve,
  deny,
  edit,
  sendBack,
  byHand,
  ack,
  lists,
  keep,
  reviews,
  halt,
  resume,
  freeze,
  findings,
  exceptions,
  ledger,
  proof,
  policy,
  people,
  keys,
  signIn,
  passkey,
  build,
  migrate,
  server,
  worker,
  doctor,
];

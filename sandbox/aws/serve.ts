import { Command, InvalidArgumentError } from 'commander';
import { reasonOf } from '../../src/platform/problem.ts';
import { startSandboxAws } from './start-sandbox-aws.ts';
import type { World } from './world.ts';
import { leaveVolumes, leftoversText } from './worlds/leftovers.ts';
import { openBuckets, openedText } from './worlds/public-buckets.ts';

type Whose = 'own' | 'other';

/** What each story breaks in the small AWS before anybody looks, and says of it. */
const STORIES = {
  cost: (world: World) => {
    leaveVolumes(world);
    return leftoversText(world);
  },
  compliance: (world: World, reader: Whose) => {
    openBuckets(world, { reader });
    return openedText(world);
  },
};

interface ServeOptions {
  port: number;
  story: keyof typeof STORIES;
  belay?: string;
  reader: Whose;
}

const READ_EVERY_MS = 2000;

function story(text: string): keyof typeof STORIES {
  if (text === 'cost' || text === 'compliance') return text;
  throw new InvalidArgumentError(`Stories: ${Object.keys(STORIES).join(', ')}.`);
}

function reader(text: string): Whose {
  if (text === 'own' || text === 'other') return text;
  throw new InvalidArgumentError('It is own or other.');
}

/** Resolves on a signal, or when the process that started this one with a channel is gone. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
}

async function startSlack(belay: string) {
  const { startSandboxSlack } = await import('../slack/start-sandbox-slack.ts');
  return startSandboxSlack({ belay });
}

/** The small AWS alone, in one of its stories, with a small Slack where Belay's address is given. */
async function run(options: ServeOptions): Promise<void> {
  const end = asked();
  const aws = await startSandboxAws({
    port: options.port,
    reader: options.reader,
    readEveryMs: READ_EVERY_MS,
  });
  const broken = STORIES[options.story](aws.world, options.reader);
  const slack = options.belay === undefined ? undefined : await startSlack(options.belay);
  console.log(
    JSON.stringify({
      aws: aws.endpoint,
      awsEnv: aws.env,
      accounts: aws.accounts,
      broken,
      ...(slack && { slack: slack.page, slackCode: slack.code, slackPeople: slack.people }),
      slackEnv: slack?.env ?? {},
    }),
  );
  await end;
  await slack?.stop();
  await aws.stop();
}

try {
  await new Command('sandbox/aws')
    .description('A small AWS alone, in one of its stories; prints one line of JSON once it is up')
    .requiredOption('--story <name>', `what is wrong in it: ${Object.keys(STORIES).join(', ')}`, story)
    .option('--port <n>', 'where it listens (default: a free port)', Number, 0)
    .option('--belay <url>', "where Belay is, for Slack's clicks (default: no Slack)")
    .option(
      '--reader <whose>',
      'whose role reads the public bucket: own, or other, which blocking it shuts out',
      reader,
      'own',
    )
    .action(run)
    .parseAsync();
} catch (error) {
  console.error(`sandbox: ${reasonOf(error)}`);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();

import { existsSync, readdirSync, statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { CliError, reasonOf } from '../../platform/problem.ts';
import { stopRequested } from '../../platform/process/stop-requested.ts';
import { progressLine } from '../../platform/progress-line.ts';
import { cleanup } from '../demo/cleanup.ts';
import type { ClusterPlace } from '../demo/cluster-stage.ts';
import { prepareStory, STORIES, type StoryName } from '../demo/stories.ts';
import { tellPeople, tellPrograms } from '../demo/teller.ts';

interface DemoOptions {
  readonly story: StoryName;
  readonly yes?: boolean;
  readonly deny?: boolean;
  readonly json?: boolean;
  readonly kubeconfig?: string;
  readonly prometheus?: string;
  readonly proof?: string;
}

/** As a shell counts a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const NEXT = `Where to look next
  npm start                                            the same Belay, to keep
  npm start -- --observe --kubeconfig … --prometheus …  on your own cluster, read-only
  docs/concepts.md                                      what the words mean`;

/** The cluster the story plays on; undefined for the sandbox. */
function clusterOf({ kubeconfig, prometheus, story }: DemoOptions): ClusterPlace | undefined {
  if (kubeconfig === undefined && prometheus === undefined) return undefined;
  if (story !== 'bad-deploy')
    throw new CliError(
      `The story ${story} plays on AWS accounts of its own; leave --kubeconfig and --prometheus out.`,
      2,
    );
  if (kubeconfig === undefined || prometheus === undefined)
    throw new CliError('Give --kubeconfig and --prometheus together, or neither for the sandbox.', 2);
  if (!/^https?:$/.test(URL.parse(prometheus)?.protocol ?? ''))
    throw new CliError(`--prometheus ${prometheus}: give an http:// or https:// address.`, 2);
  return { kubeconfig, prometheus };
}

/** A folder for a proof pack that will not do is said before the story, not at its end. */
function refuseProof({ proof, story }: DemoOptions): void {
  if (proof === undefined) return;
  if (story !== 'compliance')
    throw new CliError('--proof goes with --story compliance; the other stories make no proof pack.', 2);
  if (existsSync(proof) && (!statSync(proof).isDirectory() || readdirSync(proof).length > 0))
    throw new CliError(`--proof ${proof}: give a new or empty folder.`, 2);
}

/** `belay demo` */
export function register(program: Command): void {
  program
    .command('demo')
    .description('a real story, end to end, on small systems of its own in which something is wrong')
    .addOption(
      new Option(
        '--story <name>',
        Object.entries(STORIES)
          .map(([name, what]) => `${name}: ${what}`)
          .join('; '),
      )
        .choices(Object.keys(STORIES))
        .default('bad-deploy'),
    )
    .option('--yes', 'approve without asking; the record says so')
    .option('--deny', 'deny without asking')
    .option('--proof <folder>', 'with --story compliance: keep the proof pack in this new or empty folder')
    .option('--json', 'one JSON object a line')
    .option('--kubeconfig <file>', 'on this cluster, in a namespace of its own that is deleted at the end')
    .option('--prometheus <url>', 'with --kubeconfig: the Prometheus that has its kube-state-metrics')
    .action(async (options: DemoOptions) => {
      if (options.yes && options.deny) throw new CliError('Give --yes or --deny, not both.', 2);
      const decision = options.yes ? 'approve' : options.deny ? 'deny' : 'ask';
      if (decision === 'ask' && (options.json || !process.stdin.isTTY))
        throw new CliError('There is no terminal to ask at; give --yes or --deny.', 2);
      const at = clusterOf(options);
      refuseProof(options);
      const write = (line: string) => console.log(line);
      const teller = options.json ? tellPrograms(write) : tellPeople(write, { columns: process.stdout.columns });
      const progress = progressLine();
      const stops = cleanup();
      const stopping = stopRequested(() => process.exit(INTERRUPTED));
      const play = async () => {
        let preparing = true;
        const say = (line: string) => preparing && progress.say(line.replace(/ …$/, ''));
        const tell = await prepareStory(options.story, at, say, stops).finally(() => {
          preparing = false;
          progress.done();
        });
        await tell({ decision, teller, proof: options.proof });
        teller.say(`\n${pc.dim(NEXT)}`);
      };
      const playing = play();
      const end = await Promise.race([
        playing.then(
          () => 'told' as const,
          () => 'failed' as const,
        ),
        stopping.requested.then(() => 'interrupted' as const),
      ]);
      progress.done();
      if (at && end === 'interrupted') process.stderr.write('Stopping; the namespace of the demo is deleted.\n');
      const failures = await stops.run();
      stopping.close();
      for (const failure of failures) process.stderr.write(`belay: ${reasonOf(failure)}\n`);
      // The story still hangs on its next line, which never comes.
      if (end === 'interrupted') process.exit(INTERRUPTED);
      await playing;
      if (failures.length > 0) process.exitCode = 1;
    });
}

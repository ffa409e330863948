import type { Command } from 'commander';
import { followRun } from '../follow-run.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { activityLine, stepLine } from '../text/run-page.ts';
import { toned } from '../text/tones.ts';
import { ActivityView, RunDetail, StepView } from '../views.ts';

const OVER = new Set(['finished', 'cancelled', 'failed']);

/** `belay watch <id>` */
export function register(program: Command): void {
  withConnection(program.command('watch'))
    .description('follow a run until it ends')
    .argument('<run>', 'its id')
    .option('--json', 'print each event as JSON, one a line')
    .action(async (id: string, options: ConnectionOptions & { json?: boolean }) => {
      const client = clientFor(options);
      const path = `/api/runs/${encodeURIComponent(id)}`;
      const state = async (): Promise<RunDetail> => client.get(path, RunDetail);
      for await (const event of followRun(client, path, async () => OVER.has((await state()).state))) {
        const step = StepView.safeParse(event.data);
        if (options.json) console.log(JSON.stringify(event.data));
        else if (step.success) console.log(stepLine(step.data));
        else if (event.name === 'activity') console.log(activityLine(ActivityView.parse(event.data)));
      }
      const run = await state();
      if (!options.json)
        console.log(`Run ${run.id}: ${toned(run.state)} ${run.outcome ? toned(run.outcome) : ''}`.trimEnd());
      if (run.state === 'failed') process.exitCode = 1;
    });
}

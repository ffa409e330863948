import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { table } from '../text/table.ts';
import { minutes } from '../text/times.ts';

const Known = z.looseObject({
  firstSeen: z.string(),
  lastSeen: z.string(),
  goneAt: z.string().nullish(),
  reopened: z.number().default(0),
  finding: z.looseObject({ severity: z.string(), check: z.string(), key: z.string(), scanner: z.string() }),
});
const KnownList = z.looseObject({ findings: z.array(Known), count: z.number() });

interface Options extends ConnectionOptions {
  readonly gone?: boolean;
  readonly check?: string;
  readonly json?: boolean;
}

/** `belay findings` */
export function register(program: Command): void {
  withConnection(program.command('findings'))
    .description('what scans found and is still there, with when it was first and last seen')
    .option('--gone', 'what is not there any more, instead')
    .option('--check <id>', 'of this check alone')
    .option('--json', 'print the answer as JSON')
    .action(async (options: Options) => {
      const query = new URLSearchParams({
        ...(options.gone ? { gone: 'true' } : {}),
        ...(options.check === undefined ? {} : { check: options.check }),
      });
      const answer = await clientFor(options).get(`/api/findings?${query.toString()}`, KnownList);
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.findings.length === 0) return console.log('No findings.');
      const rows = answer.findings.map(({ finding, firstSeen, lastSeen, goneAt, reopened }) => [
        finding.severity,
        finding.check,
        finding.key,
        minutes(firstSeen),
        goneAt ? `gone ${minutes(goneAt)}` : minutes(lastSeen),
        reopened === 0 ? '' : `${reopened}`,
        finding.scanner,
      ]);
      console.log(table(['SEVERITY', 'CHECK', 'RESOURCE', 'FIRST SEEN', 'LAST SEEN', 'REOPENED', 'SCANNER'], rows));
      const left = answer.count - answer.findings.length;
      if (left > 0) console.log(`and ${left} more`);
    });
}

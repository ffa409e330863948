import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readYaml } from '../../authority/bundle/read-yaml.ts';
import { CliError } from '../../platform/problem.ts';
import { ScannerSettings } from '../../tools/scanner/scanner-settings.ts';

/** A queue is called after it. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

const Sources = z.strictObject({
  scanners: z.record(z.string(), z.unknown()).transform((all, context) => {
    const sources: Record<string, ScannerSettings> = {};
    for (const [name, given] of Object.entries(all)) {
      const problem = (message: string, path: readonly PropertyKey[] = []) =>
        context.addIssue({ code: 'custom', message, path: [name, ...path] });
      if (!NAME.test(name)) problem('a source has a name of lower-case letters, digits, "-" and "_"');
      const parsed = ScannerSettings.safeParse(given);
      if (parsed.success) sources[name] = parsed.data;
      else for (const { message, path } of parsed.error.issues) problem(message, path);
    }
    return sources;
  }),
});

/** The sources of findings that `BELAY_SCANNERS` names, by their names. @throws CliError (exit 2) with all problems. */
export function scannerSources(path: string): Readonly<Record<string, ScannerSettings>> {
  const problems: string[] = [];
  const read = readYaml(path, readFileSync(path, 'utf8'), Sources, problems);
  if (read) return read.value.scanners;
  throw new CliError(`BELAY_SCANNERS cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`, 2);
}

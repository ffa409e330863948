import { checkInput } from '../../authority/runs/check-input.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import { invalid } from '../lined-yaml.ts';
import type { Schedule, ScheduleTable } from './schedule-file.ts';

/**
 * Holds schedules against the runbooks that exist, at start rather than at the first tick.
 * @throws Failure stop.invalid-input with every problem, each with its line and field
 */
export async function checkSchedules(
  { file, schedules }: ScheduleTable,
  manifest: Pick<Manifest, 'runbooks'>,
): Promise<void> {
  const problems: string[] = [];
  for (const schedule of schedules)
    for (const problem of await problemsOf(schedule, manifest)) problems.push(`${file}:${schedule.line}: ${problem}`);
  if (problems.length > 0) throw invalid(problems);
}

async function problemsOf({ name, runbook: wanted, input }: Schedule, { runbooks }: Pick<Manifest, 'runbooks'>) {
  const runbook = runbooks.find((one) => one.name === wanted);
  if (!runbook) {
    const known = runbooks.map((one) => one.name).join(', ') || 'none';
    return [`${name}: runbook: there is no "${wanted}"; known are ${known}`];
  }
  const checked = checkInput(runbook, input);
  const problems = 'problems' in checked ? checked.problems : await secretArguments(input);
  return problems.map(({ field, message }) => `${name}: ${field === 'input' ? field : `input.${field}`}: ${message}`);
}

/** As much of jest's results as is read here. */
interface Results {
  readonly testResults: readonly {
    readonly testResults: readonly { readonly ancestorTitles: readonly string[]; readonly status: string }[];
  }[];
}

/** What `describeReal` puts into the name of tests that it skips. */
const NEEDS = /\[needs (.+?): see /;

/** One line for each set of parts that was missing, with how many tests were skipped for that. */
export function missingPartsLines({ testResults }: Results): string[] {
  const skipped = new Map<string, number>();
  for (const { ancestorTitles, status } of testResults.flatMap((file) => file.testResults)) {
    const needs = NEEDS.exec(ancestorTitles[0] ?? '')?.[1];
    if (needs !== undefined && status === 'pending') skipped.set(needs, (skipped.get(needs) ?? 0) + 1);
  }
  return [...skipped].map(([parts, n]) => `Skipped ${n} tests that need ${parts} (test/support/parts/build gets them)`);
}

/** Prints those lines after the run: jest's own reporters print no names of skipped tests. */
export default class MissingPartsReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    for (const line of missingPartsLines(results)) process.stderr.write(`${line}\n`);
  }
}

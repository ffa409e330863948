import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Result } from 'sarif';

/** What Prowler 5.46.0 really wrote of two buckets, one of them public, in two checks. */
export const PROWLER = readFileSync(join(import.meta.dirname, 'samples/prowler.ocsf.json'), 'utf8');

/** The elements of that, each to be changed by a test. */
export const prowlerElements = (): Record<string, unknown>[] => JSON.parse(PROWLER);

/** One element with other values at dotted paths; undefined takes one out. */
export function changed(element: object, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = structuredClone({ ...element });
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let at: object = copy;
    for (const step of steps) at = Object(Reflect.get(at, step));
    if (value === undefined) Reflect.deleteProperty(at, last);
    else Reflect.set(at, last, value);
  }
  return copy;
}

/** A log as SARIF's own types have it: one tool, one rule with requirements, and these results. */
export const sarifOf = (results: Result[], changes: Partial<Log> = {}): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Trivy',
            semanticVersion: '0.70.0',
            rules: [
              {
                id: 'AVD-AWS-0086',
                shortDescription: { text: 'S3 Access block should block public ACL' },
                defaultConfiguration: { level: 'error' },
                relationships: [{ target: { id: '2.1.4', toolComponent: { name: 'CIS-3.0' } } }],
                properties: { 'security-severity': '9.1' },
              },
            ],
          },
        },
        results,
      },
    ],
    ...changes,
  } satisfies Log);

export const sarifResult = (changes: Partial<Result> = {}): Result => ({
  ruleId: 'AVD-AWS-0086',
  ruleIndex: 0,
  message: { text: 'No public access block' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'infra/main.tf' }, region: { startLine: 3 } } }],
  ...changes,
});

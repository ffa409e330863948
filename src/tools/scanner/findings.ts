import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { bySeverity, type Finding, FindingStatus } from '../../domain/finding.ts';
import { MOST_ITEMS } from '../../domain/list-item.ts';
import { countsOf, ScanCounts, Unusable } from '../../domain/scan.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { oneLine } from '../one-line.ts';
import type { ScannerClient } from './connect.ts';
import { itemsOf } from './finding-items.ts';

const MOST_PROBLEMS = 5;
const MOST_NAMES = 5;
/** How many findings the content names; more are counted. */
const MOST_LINES = 1000;

const Check = z.string().regex(/^[\w.:/-]{1,200}$/, 'is no id of a check');

/** `scanner.findings`: what a scanner says, resource by resource. */
export const findings = defineTool({
  name: 'scanner.findings',
  title: 'Findings of a scanner',
  description:
    'Runs the scanner of this connection (or reads the scan that something else left in its file or bucket) and gives the ' +
    'findings with the status asked for, one item for each resource. checks and resources narrow what is given, never ' +
    'what is scanned. silent names the checks asked for of which the scan says nothing at all, which is no pass.',
  risk: 'read',
  input: z.strictObject({
    checks: z.array(Check).min(1).max(200).optional().describe('Only findings of these checks'),
    status: FindingStatus.default('FAIL'),
    resources: z
      .array(z.string().min(1).max(500))
      .max(500)
      .optional()
      .describe('Only findings about these resources, by their canonical keys'),
    list: z.string().max(40).optional().describe("Only findings about the items of this list of the run's"),
  }),
  facts: z.object({
    scanner: z.string(),
    version: z.string().nullable(),
    /** When the scan was made. */
    madeAt: z.iso.datetime(),
    /** Whether it was made for this read. */
    live: z.boolean(),
    /** Of all that was asked about, whatever the status. */
    counts: ScanCounts,
    /** Findings with the status that was asked for, and the resources they are about. */
    matching: z.number().int(),
    resources: z.number().int(),
    /** The first of those resources. */
    names: z.array(z.string()).max(MOST_NAMES),
    silent: z.array(z.string()),
    unusable: z.number().int(),
    duplicates: z.number().int(),
    problems: z.array(Unusable).max(MOST_PROBLEMS),
  }),
  timeout: '60m',
  async read({ checks, status, resources, list }, context: ToolContext<ScannerClient>) {
    const { client, signal } = context;
    const wanted = await keysOf(resources, list, context);
    const scan = await client.scan(signal, context.now());
    const about = scan.findings.filter(
      ({ check, key }) => (checks?.includes(check) ?? true) && (wanted?.has(key) ?? true),
    );
    const matching = about.filter((one) => one.status === status).toSorted(bySeverity);
    const items = itemsOf(matching);
    if (items.length > MOST_ITEMS)
      throw new Failure(
        'stop.unsupported',
        `${items.length} resources match, at most ${MOST_ITEMS} fit into one decision; name fewer checks`,
      );
    const seen = new Set(scan.findings.map(({ check }) => check));
    const silent = (checks ?? []).filter((check) => !seen.has(check));
    const counts = countsOf(about);
    const { scanner, version, duplicates, unusable } = scan;
    const madeAt = scan.madeAt.toISOString();
    return {
      facts: {
        scanner,
        version,
        madeAt,
        live: client.live,
        counts,
        matching: matching.length,
        resources: items.length,
        names: items.slice(0, MOST_NAMES).map(({ title }) => oneLine(title, 200)),
        silent: fit(silent, 40),
        unusable: unusable.length,
        duplicates,
        problems: unusable.slice(0, MOST_PROBLEMS),
      },
      content: contentOf(matching, scan.unusable, silent),
      summary: summaryOf(scanner, status, matching.length, items.length, unusable.length, silent),
      items,
      scan: { scanner, version, madeAt, duplicates, unusable, findings: scan.findings },
    };
  },
});

async function keysOf(
  resources: readonly string[] | undefined,
  list: string | undefined,
  context: ToolContext<ScannerClient>,
): Promise<ReadonlySet<string> | undefined> {
  if (resources === undefined && list === undefined) return undefined;
  if (list !== undefined && !context.list)
    throw new Failure('stop.invalid-input', 'list: only a run has lists; name the resources instead');
  const items = list === undefined ? [] : ((await context.list?.(list)) ?? []);
  return new Set([...(resources ?? []), ...items.map(({ key }) => key)]);
}

const lineOf = ({ status, severity, check, resource, account, region, detail }: Finding): string =>
  `${status} ${severity} ${check} ${resource.uid} (${account ?? '-'}, ${region ?? '-'}): ${detail}`;

function contentOf(matching: readonly Finding[], unusable: readonly Unusable[], silent: readonly string[]): string {
  const more = matching.length > MOST_LINES ? [`and ${matching.length - MOST_LINES} more`] : [];
  return [
    ...(matching.length === 0 ? ['no findings'] : matching.slice(0, MOST_LINES).map(lineOf)),
    ...more,
    ...silent.map((check) => `silent: the scan says nothing of ${check}`),
    ...unusable.slice(0, 100).map(({ where, why }) => `not used: ${where}: ${why}`),
    ...(unusable.length > 100 ? [`not used: ${unusable.length - 100} more`] : []),
  ].join('\n');
}

const summaryOf = (
  scanner: string,
  status: FindingStatus,
  matching: number,
  resources: number,
  unusable: number,
  silent: readonly string[],
): string =>
  oneLine(
    [
      `${scanner}: ${matching} ${status} findings about ${resources} resources`,
      ...(unusable > 0 ? [`${unusable} could not be used`] : []),
      ...(silent.length > 0 ? [`nothing said of ${silent.join(', ')}`] : []),
    ].join('; '),
    300,
  );

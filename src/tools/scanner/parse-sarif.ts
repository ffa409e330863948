import { z } from 'zod';
import { type Control, frameworkName } from '../../domain/control.ts';
import { Failure } from '../../domain/failure.ts';
import { findingIdentity, type FindingStatus, type Severity } from '../../domain/finding.ts';
import { oneLine } from '../one-line.ts';
import { type Collector, collector, eachOf, type ParsedScan } from './parsed-scan.ts';
import { readDocument } from './read-json.ts';
import { targetKeyOf } from './target-key.ts';

const text = z.string().nullish();
const Message = z.looseObject({ text, markdown: text }).nullish();
const Taxon = z.looseObject({ id: text, toolComponent: z.looseObject({ name: text }).nullish() });
const Rule = z.looseObject({
  id: z.string(),
  name: text,
  shortDescription: Message,
  defaultConfiguration: z.looseObject({ level: text }).nullish(),
  relationships: z.array(z.looseObject({ target: Taxon })).nullish(),
  properties: z.looseObject({ 'security-severity': z.union([z.string(), z.number()]).nullish() }).nullish(),
});
const Location = z.looseObject({
  physicalLocation: z.looseObject({ artifactLocation: z.looseObject({ uri: text }).nullish() }).nullish(),
  logicalLocations: z.array(z.looseObject({ fullyQualifiedName: text, name: text, kind: text })).nullish(),
});
const Result = z.looseObject({
  ruleId: text,
  ruleIndex: z.number().int().nullish(),
  rule: z.looseObject({ id: text, index: z.number().int().nullish() }).nullish(),
  kind: text,
  level: text,
  message: Message,
  locations: z.array(Location).nullish(),
  taxa: z.array(Taxon).nullish(),
  suppressions: z.array(z.looseObject({ status: text })).nullish(),
});
type Result = z.infer<typeof Result>;
const Run = z.looseObject({
  tool: z.looseObject({
    driver: z.looseObject({
      name: z.string().min(1),
      version: text,
      semanticVersion: text,
      rules: z.unknown().optional(),
    }),
  }),
  // Absent: the run found out nothing, which is not the same as finding nothing.
  results: z.array(z.unknown()).nullish(),
});
const Log = z.looseObject({ version: z.string(), runs: z.array(z.unknown()) });

const KINDS: Readonly<Record<string, FindingStatus>> = {
  fail: 'FAIL',
  pass: 'PASS',
  open: 'MANUAL',
  review: 'MANUAL',
  informational: 'PASS',
};

const LEVELS: Readonly<Record<string, Severity>> = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'informational',
};

/** GitHub's scale of `security-severity`, which many scanners write: 9 and above is critical. */
function severityOf(result: Result, rule: z.infer<typeof Rule> | undefined): Severity {
  const score = Number(rule?.properties?.['security-severity'] ?? Number.NaN);
  if (Number.isFinite(score))
    return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'informational';
  return LEVELS[result.level ?? rule?.defaultConfiguration?.level ?? 'warning'] ?? 'unknown';
}

/** SARIF's own way of mapping a rule to requirements: taxa of the rule and of the result. */
function controlsOf(result: Result, rule: z.infer<typeof Rule> | undefined): Control[] {
  const taxa = [...(rule?.relationships ?? []).map(({ target }) => target), ...(result.taxa ?? [])];
  const controls = taxa.flatMap(({ id, toolComponent }) =>
    id && toolComponent?.name
      ? [{ framework: frameworkName(toolComponent.name.slice(0, 80)), id: id.slice(0, 120) }]
      : [],
  );
  return [...new Map(controls.map((one) => [`${one.framework} ${one.id}`, one])).values()].slice(0, 300);
}

const suppressed = ({ suppressions }: Result): boolean =>
  (suppressions ?? []).some(({ status }) => status !== 'rejected' && status !== 'underReview');

/** What a result is about: a file, or what its logical location names. Several places are several findings. */
const resourcesOf = ({ locations }: Result) =>
  (locations ?? []).flatMap(({ physicalLocation, logicalLocations }) => {
    const [logical] = logicalLocations ?? [];
    const uid = logical?.fullyQualifiedName || physicalLocation?.artifactLocation?.uri || logical?.name;
    return uid ? [{ uid: uid.slice(0, 1000), type: (logical?.kind || 'file').slice(0, 100) }] : [];
  });

type Rules = readonly (z.infer<typeof Rule> | undefined)[];

function take(where: string, result: Result, rules: Rules, scanner: string, into: Collector): void {
  const at = result.rule?.index ?? result.ruleIndex;
  const named = result.rule?.id || result.ruleId;
  const rule = (at == null || at < 0 ? undefined : rules[at]) ?? rules.find((one) => one?.id === named);
  const check = named || rule?.id;
  const status = suppressed(result) ? 'MUTED' : KINDS[result.kind ?? 'fail'];
  if (!check) return into.unusable(where, 'it names no rule');
  // A rule that does not apply to something says nothing of it.
  if (result.kind === 'notApplicable') return;
  if (!status) return into.unusable(where, `its kind ${oneLine(result.kind ?? '', 40)} is not known`);
  const resources = resourcesOf(result);
  if (resources.length === 0) return into.unusable(where, `${check} names no place`);
  for (const { uid, type } of resources)
    into.add(where, {
      identity: findingIdentity({ scanner, check, account: null, region: null, resource: uid }),
      scanner,
      check,
      title: oneLine(rule?.shortDescription?.text || rule?.name || check, 300),
      status,
      severity: severityOf(result, rule),
      account: null,
      region: null,
      resource: { uid, name: oneLine(uid, 300), type },
      key: targetKeyOf({ provider: scanner, account: null, region: null, type, uid }),
      detail: oneLine(result.message?.text || result.message?.markdown || '', 1000),
      controls: controlsOf(result, rule),
    });
}

/**
 * SARIF 2.1.0 of any tool. All of its runs must be of one tool: a scan has one scanner.
 * @throws Failure `stop.unsupported` when it is half-written, no SARIF 2.1.0, of several tools, or without results.
 */
export async function parseSarif(name: string, content: string): Promise<ParsedScan> {
  const stop = (why: string) => new Failure('stop.unsupported', `${name}: ${why}`);
  const log = Log.safeParse(readDocument(name, content)).data;
  if (!log) throw stop('it is no SARIF log: version and runs are missing');
  if (log.version !== '2.1.0') throw stop(`SARIF version ${oneLine(log.version, 20)} is not known; 2.1.0 is`);
  const runs = log.runs.map((run) => Run.safeParse(run).data);
  if (runs.some((run) => run === undefined) || runs.length === 0) throw stop('a run of it names no tool');
  if (runs.some((run) => run?.results == null)) throw stop('a run of it has no results: the tool did not finish');
  const [first, ...others] = runs.flatMap((run) => (run ? [run.tool.driver] : []));
  const stranger = others.find((driver) => driver.name !== first?.name);
  if (!first || stranger) throw stop(`it is of several tools (${first?.name}, ${stranger?.name}); give one file each`);
  const scanner = oneLine(first.name, 100).toLowerCase();
  const into = collector();
  for (const [at, run] of runs.entries()) {
    const given = z.array(z.unknown()).safeParse(run?.tool.driver.rules).data ?? [];
    const rules = given.map((rule) => Rule.safeParse(rule).data);
    await eachOf(run?.results ?? [], (value, index) => {
      const where = `run ${at + 1}, result ${index + 1}`;
      const parsed = Result.safeParse(value);
      if (parsed.success) take(where, parsed.data, rules, scanner, into);
      else
        into.unusable(where, `${parsed.error.issues[0]?.path.join('.') || 'it'}: ${parsed.error.issues[0]?.message}`);
    });
  }
  const result = into.result({ scanner, version: first.semanticVersion || first.version || null });
  if (result.findings.length === 0 && result.unusable.length > 0)
    throw stop(`none of its ${result.unusable.length} results can be used: ${result.unusable[0]?.why}`);
  return result;
}

import { z } from 'zod';
import { type Control, frameworkName, isStrange } from '../../domain/control.ts';
import { Failure } from '../../domain/failure.ts';
import { findingIdentity, FindingStatus, Severity } from '../../domain/finding.ts';
import { oneLine } from '../one-line.ts';
import { type Collector, collector, eachOf, type ParsedScan } from './parsed-scan.ts';
import { readElements } from './read-json.ts';
import { targetKeyOf } from './target-key.ts';

/** OCSF classes that say what a check found: Detection Finding, Compliance Finding. */
const CLASSES: readonly number[] = [2004, 2003];
/** The major version of OCSF whose fields these are. */
const VERSION = /^1\.\d+/;
const MOST_CONTROLS = 300;

const text = z.string().nullish();
const Resource = z.looseObject({
  uid: text,
  name: text,
  type: text,
  region: text,
  group: z.looseObject({ name: text }).nullish(),
});
/** As much of an OCSF finding as is read. Prowler's check id stands in `event_code`, others' in the analytic. */
const Ocsf = z.looseObject({
  class_uid: z.number(),
  metadata: z.looseObject({
    version: z.string(),
    event_code: text,
    product: z.looseObject({ name: text, uid: text, version: text }),
  }),
  finding_info: z.looseObject({
    title: text,
    uid: text,
    analytic: z.looseObject({ uid: text }).nullish(),
  }),
  severity: text,
  status: text,
  status_code: text,
  status_detail: text,
  message: text,
  resources: z.array(Resource).nullish(),
  cloud: z.looseObject({ account: z.looseObject({ uid: text }).nullish(), region: text, provider: text }).nullish(),
  unmapped: z.looseObject({ compliance: z.unknown().optional(), provider: text }).nullish(),
  compliance: z.looseObject({ control: text, standards: z.array(z.string()).nullish() }).nullish(),
});
type Ocsf = z.infer<typeof Ocsf>;

/** The requirements that the scanner maps its check to; what is no list of names is said and left out. */
function controlsOf({ unmapped, compliance }: Ocsf, where: string, into: Collector): Control[] {
  const controls: Control[] = [];
  const map = z.record(z.string(), z.unknown()).safeParse(unmapped?.compliance ?? {});
  if (!map.success) into.unusable(where, 'its compliance map is no map; the finding is kept without controls');
  for (const [framework, ids] of Object.entries(map.data ?? {})) {
    const list = z.array(z.string().min(1).max(120)).safeParse(ids);
    if (!list.success || framework === '' || framework.length > 80) {
      into.unusable(where, `its controls of ${oneLine(framework, 60)} are no list of names; kept without them`);
      continue;
    }
    controls.push(...list.data.map((id) => ({ framework: frameworkName(framework), id })));
  }
  for (const standard of compliance?.standards ?? [])
    if (compliance?.control && standard !== '')
      controls.push({ framework: frameworkName(standard.slice(0, 80)), id: compliance.control.slice(0, 120) });
  const strange = controls.filter(isStrange);
  if (strange.length > 0) {
    const named = strange.slice(0, 3).map(({ framework, id }) => `${framework} ${id}`);
    into.unusable(where, `unknown controls, kept as they are: ${named.join(', ')}`);
  }
  if (controls.length > MOST_CONTROLS)
    into.unusable(where, `${controls.length} controls; the first ${MOST_CONTROLS} are kept`);
  return controls.slice(0, MOST_CONTROLS);
}

function statusOf({ status_code: code, status }: Ocsf): FindingStatus | undefined {
  if (status?.toLowerCase() === 'suppressed') return 'MUTED';
  return FindingStatus.safeParse(code?.toUpperCase()).data;
}

/** Why an element is no finding of ours; undefined when it is one. */
function unfit({ class_uid: kind, metadata }: Ocsf): string | undefined {
  if (!VERSION.test(metadata.version)) return `OCSF version ${metadata.version} is not known; 1.x is`;
  return CLASSES.includes(kind) ? undefined : `OCSF class ${kind} is no finding of a check (2003, 2004)`;
}

function take(where: string, found: Ocsf, scanner: string, into: Collector): void {
  const check = found.metadata.event_code || found.finding_info.analytic?.uid;
  const status = statusOf(found);
  if (!check) return into.unusable(where, 'it names no check');
  if (!status) return into.unusable(where, `its status_code ${oneLine(String(found.status_code), 40)} is not known`);
  const resources = (found.resources ?? []).filter((one) => one.uid || one.name);
  if (resources.length === 0) return into.unusable(where, `${check} names no resource`);
  const account = found.cloud?.account?.uid || null;
  const controls = controlsOf(found, where, into);
  for (const resource of resources) {
    const uid = resource.uid || resource.name || '';
    const region = resource.region || found.cloud?.region || null;
    const type = resource.type || 'resource';
    const provider = found.cloud?.provider || found.unmapped?.provider || scanner;
    into.add(where, {
      identity: findingIdentity({ scanner, check, account, region, resource: uid }),
      scanner,
      check,
      title: oneLine(found.finding_info.title ?? check, 300),
      status,
      severity: Severity.safeParse(found.severity?.toLowerCase()).data ?? 'unknown',
      account,
      region,
      resource: { uid, name: oneLine(resource.name || uid, 300), type: type.slice(0, 100) },
      key: targetKeyOf({ provider: provider.toLowerCase(), account, region, type, uid }),
      detail: oneLine(found.status_detail || found.message || '', 1000),
      controls,
    });
  }
}

/**
 * OCSF findings (of Prowler and others) as a JSON array or JSON lines. What is no finding is counted and named in the
 * result. @throws Failure `stop.unsupported` when it is half-written, no JSON, or has elements of which none can be used.
 */
export async function parseOcsf(name: string, content: string): Promise<ParsedScan> {
  const elements = readElements(name, content);
  const into = collector();
  let of: { scanner: string; version: string | null } | undefined;
  await eachOf(elements, ({ where, value }) => {
    const parsed = Ocsf.safeParse(value);
    const problem = parsed.success ? unfit(parsed.data) : undefined;
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const why = value === undefined ? 'it is no JSON' : `${issue?.path.join('.') || 'it'}: ${issue?.message}`;
      into.unusable(where, why);
    } else if (problem !== undefined) into.unusable(where, problem);
    else {
      const { product } = parsed.data.metadata;
      const scanner = oneLine(product.uid || product.name || 'scanner', 100).toLowerCase();
      of ??= { scanner, version: product.version || null };
      take(where, parsed.data, scanner, into);
    }
  });
  const result = into.result(of ?? { scanner: 'unknown', version: null });
  if (elements.length > 0 && result.findings.length === 0)
    throw new Failure(
      'stop.unsupported',
      `${name}: none of its ${elements.length} elements can be used: ${result.unusable
        .slice(0, 3)
        .map(({ where, why }) => `${where}: ${why}`)
        .join('; ')}`,
    );
  return result;
}

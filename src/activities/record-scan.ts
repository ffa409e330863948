import { randomUUID } from 'node:crypto';
import type { AuthorityClient } from '../authority/protocol.ts';
import { type Digest, digestOf } from '../domain/digest.ts';
import { type Finding, findingIdentity } from '../domain/finding.ts';
import { MOST_PER_CHUNK, scanDigest, type Unusable } from '../domain/scan.ts';
import { redactTexts } from '../platform/secrets/redact-texts.ts';
import { sanitize } from '../platform/secrets/sanitize.ts';
import type { ScanReading } from '../sdk/define-tool.ts';

/** Longest problem of a scan that is kept with it; more are counted. */
const MOST_PROBLEMS = 20;
/** Of the findings of one call; a body may be a megabyte. */
const MOST_BYTES = 400 * 1024;

const within = (text: string, max: number): string => sanitize(text, max).slice(0, max);

/** A scanner's words without secrets: some scanners quote what they found. What it is called stays, and so who it is. */
async function cleaned(findings: readonly Finding[]): Promise<Finding[]> {
  const texts = findings.flatMap(({ title, detail, resource, key }, at) => [
    [`${at}.title`, within(title, 300)],
    [`${at}.detail`, within(detail, 1000)],
    [`${at}.name`, within(resource.name, 300)],
    [`${at}.uid`, within(resource.uid, 1000)],
    [`${at}.key`, within(key, 500)],
  ]);
  const clean = await redactTexts(Object.fromEntries(texts));
  return findings.map((finding, at) => {
    const of = (name: string, max: number) => (clean[`${at}.${name}`] ?? '').slice(0, max);
    const resource = { ...finding.resource, uid: of('uid', 1000) || '-', name: of('name', 300) };
    const { scanner, check, account, region } = finding;
    const identity = findingIdentity({ scanner, check, account, region, resource: resource.uid });
    return {
      ...finding,
      identity,
      title: of('title', 300),
      detail: of('detail', 1000),
      key: of('key', 500) || '-',
      resource,
    };
  });
}

async function cleanProblems(problems: readonly Unusable[]): Promise<Unusable[]> {
  const first = problems.slice(0, MOST_PROBLEMS);
  const clean = await redactTexts(Object.fromEntries(first.map(({ why }, at) => [`${at}`, within(why, 300)])));
  return first.map(({ where }, at) => ({ where: within(where, 200), why: (clean[`${at}`] ?? '').slice(0, 300) }));
}

/** Findings in pieces that the authority takes: each at most so many, and far below the size of a body. */
function* chunksOf(findings: readonly Finding[]): Generator<Finding[]> {
  let chunk: Finding[] = [];
  let bytes = 0;
  for (const finding of findings) {
    const size = Buffer.byteLength(JSON.stringify(finding));
    if (chunk.length === MOST_PER_CHUNK || (chunk.length > 0 && bytes + size > MOST_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(finding);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** Hands a whole scan to the authority, in chunks, and closes it. What fails in between leaves a scan that says nothing. */
export async function recordScan(
  authority: Pick<AuthorityClient, 'recordScan'>,
  of: { run: string; execution: string; system: string; connection: string },
  { findings, scanner, version, madeAt, duplicates, unusable }: ScanReading,
): Promise<void> {
  const scan = randomUUID();
  const sent = new Map<string, Digest>();
  for (const some of chunksOf(findings)) {
    // Two that differ in a secret alone are one without it.
    const chunk = (await cleaned(some)).filter(({ identity }) => !sent.has(identity));
    for (const finding of chunk) sent.set(finding.identity, digestOf(finding));
    await authority.recordScan({ ...of, scan, findings: chunk, close: null });
  }
  const problems = await cleanProblems(unusable);
  const facts = { scanner, version, madeAt, duplicates, unusable: unusable.length, problems };
  const close = { facts, count: sent.size, digest: scanDigest([...sent.values()]) };
  await authority.recordScan({ ...of, scan, findings: [], close });
}

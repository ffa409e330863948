import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SIGNING_KEY_FILE } from '../../authority/keys/key-folder.ts';
import { fingerprintOf } from '../../authority/keys/fingerprint-of.ts';
import { verifyProof } from '../../authority/proof/verify-proof.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import { readPack } from '../proof/read-pack.ts';
import { writePack } from '../proof/write-pack.ts';
import { type AwsStoryOptions, begin, decideBatch, WITHIN } from './aws-story.ts';
import type { Follower } from './follow.ts';
import { cleanEnvironment, main } from './own-belay.ts';
import { tellRecord } from './story-end.ts';

/** An hour at work: readers must have come again, and what they were told must be in the logs. */
const INPUT = { stabilise: '6s' };

export interface ComplianceStoryOptions extends AwsStoryOptions {
  /** Where the proof pack is kept; with the demo's own things, which go with it, unless given. */
  readonly proof?: string | undefined;
}

const Reader = z.looseObject({ who: z.string(), anonymous: z.boolean(), served: z.number() });
const Public = z.looseObject({
  items: z.array(z.looseObject({ facts: z.looseObject({ bucket: z.string(), readers: z.array(Reader) }) })),
});

/** Waits until it is known which buckets are public, and tells who reads them. */
async function tellReaders({ stage, teller }: AwsStoryOptions, follower: Follower): Promise<void> {
  const { run } = follower;
  for (let list: unknown; list !== 'public';) {
    const closed = await follower.until('list.closed', WITHIN);
    if (closed?.kind === 'run.finished') throw new CliError(`${run} ended before it knew what is public.`);
    list = closed?.body['list'];
  }
  const { items } = await stage.client.get(`/api/runs/${run}/lists/public`, Public);
  for (const { facts } of items) {
    const { bucket, readers } = facts;
    const who = readers.map((reader) => `${reader.who} (${reader.served} times)`).join(', ');
    teller.event('readers.seen', `${bucket} is read by ${who || 'nobody'}`, { run, bucket, readers });
  }
}

const Checked = z.looseObject({ ok: z.boolean(), problems: z.array(z.string()), vouched: z.string().nullable() });

/** The check as anybody makes it who has the folder, the command and the fingerprint: without this Belay, or any. */
async function check(folder: string, fingerprint: string): Promise<z.infer<typeof Checked>> {
  const args = [main, 'proof', 'verify', folder, '--key', fingerprint, '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env: cleanEnvironment(),
    });
    return Checked.parse(JSON.parse(stdout));
  } catch (error) {
    throw new CliError(`The proof pack does not verify: ${reasonOf(error)}`, 1, { cause: error });
  }
}

/** What the check says once a single byte of the pack is another. */
function withOneByteChanged(folder: string, fingerprint: string): readonly string[] {
  const files = new Map(readPack(folder));
  const [name, content] = [...files].find(([, bytes]) => bytes.length > 0) ?? [];
  if (name === undefined || content === undefined) throw new CliError(`${folder} is empty.`);
  const changed = Buffer.from(content);
  changed[0] = (changed[0] ?? 0) ^ 1;
  files.set(name, changed);
  const { ok, problems } = verifyProof(files, [fingerprint]);
  if (ok) throw new CliError(`A changed byte of ${name} was not found.`);
  return problems;
}

/** Writes the proof pack of a run and has it checked offline. */
async function tellProof({ stage, teller, proof }: ComplianceStoryOptions, run: string): Promise<void> {
  const { client, data } = stage;
  const folder = proof ?? join(stage.folder, 'proof');
  writePack(await packOf(client, run), folder);
  const files = [...readPack(folder).keys()].toSorted();
  const where = proof === undefined ? 'it goes with the demo; --proof <folder> keeps one' : `in ${folder}`;
  teller.event('proof.written', `the proof pack is written: ${files.length} files and a page to read, ${where}`, {
    run,
    folder,
    files,
  });
  const fingerprint = fingerprintOf(createPublicKey(readFileSync(join(data, 'keys', SIGNING_KEY_FILE), 'utf8')));
  const { ok, vouched } = await check(folder, fingerprint);
  teller.event(
    'proof.verified',
    `belay proof verify, offline: the pack holds, vouched for by key ${fingerprint.slice(0, 16)}`,
    { run, ok, vouched },
  );
  const [problem = ''] = withOneByteChanged(folder, fingerprint);
  teller.event('refused', `with one byte changed it does not hold: ${problem}`, { run });
}

const packOf = async (client: ApiClient, run: string): Promise<Buffer> =>
  Buffer.from(await (await client.raw(`/api/runs/${run}/proof`)).arrayBuffer());

/** Tells the story from what a scanner finds to a proof that anybody can check. Throws when it does not end as it should. */
export async function tellComplianceStory(options: ComplianceStoryOptions): Promise<void> {
  const { stage, teller } = options;
  const follower = await begin(options, 'compliance/public-storage', INPUT);
  await tellReaders(options, follower);
  await decideBatch(options, follower);
  await follower.until('run.finished', 3 * WITHIN);
  await tellProof(options, follower.run);
  await tellRecord(stage, teller, follower);
}

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketNamed, EXPORTS, FEED } from '../../../sandbox/aws/worlds/buckets.ts';
import { fingerprintOf } from '../../../src/authority/keys/fingerprint-of.ts';
import { verifyProof } from '../../../src/authority/proof/verify-proof.ts';
import { bundleWorkflows, type WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';
import { describeReal } from '../../support/parts.ts';
import { quietTemporal } from '../../support/quiet-temporal.ts';
import { startTemporal, type RunningTemporal } from '../../support/start-temporal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import { PROD } from '../../tools/aws/aws-world.ts';
import { changed, prowlerElements } from '../../tools/scanner/samples.ts';
import { startStorage, type StorageOptions } from './start-storage.ts';

const ALL_ON = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};
const CHECK = 's3_bucket_public_access';
const INPUT = { stabilise: '2s' };

describeReal('compliance/public-storage', ['temporal', 'postgres'], () => {
  let temporal: RunningTemporal;
  let bundle: WorkflowBundle;
  let world: Awaited<ReturnType<typeof startStorage>> | undefined;
  let folder = '';
  beforeAll(async () => {
    quietTemporal();
    folder = temporaryFolder('public-storage');
    [temporal, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  });
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });
  afterAll(async () => {
    await temporal.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (options: Partial<StorageOptions> = {}) => {
    world = await startStorage({ temporal: temporal.address, bundle, ...options });
    return world;
  };
  const blockOf = (name: string) => world && bucketNamed(world.sandbox.world, name).block;
  const checksOf = async (run: string) => {
    const entries = await world?.belay.doors.ledger(run);
    const checks: unknown = entries?.findLast(({ kind }) => kind === 'run.verified')?.body['checks'];
    return checks;
  };
  const packOf = async (run: string) => {
    const found = new Map<string, Buffer>();
    for await (const { path, content } of (await world?.belay.doors.exportProof(run)) ?? []) {
      const chunks: string[] = [];
      for await (const chunk of content) chunks.push(chunk);
      found.set(path, Buffer.from(chunks.join('')));
    }
    return found;
  };
  const failing = (pack: Map<string, Buffer>, name: string): string[] =>
    JSON.parse(pack.get(name)?.toString() ?? '[]').flatMap(
      (one: { status: string; check: string; resource: { name: string } }) =>
        one.status === 'FAIL' && one.check === CHECK ? [one.resource.name] : [],
    );

  test('exactly the public buckets are blocked, which is verified by scan, by AWS and by who comes; its record is the proof', async () => {
    const { belay } = await start();
    const run = await belay.start(INPUT);
    const gate = await belay.openGate(run);
    expect(gate).toMatchObject({
      kind: 'batch',
      options: [{ batch: { count: 2, tool: 'aws.s3_block_public_access' } }],
    });
    expect(gate.plan.diagnosis).toContain('2 buckets fail by sandbox');
    expect(gate.plan.diagnosis).toContain('2 of 2 buckets are public now.');
    expect(blockOf(EXPORTS)).not.toEqual(ALL_ON);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'fixed',
      verdict: 'healthy',
      summary: expect.stringContaining(`belay proof export ${run} <folder>`),
    });
    expect([blockOf(EXPORTS), blockOf(FEED)]).toEqual([ALL_ON, ALL_ON]);
    expect(await checksOf(run)).toMatchObject([
      { name: 'scan', seen: '2 pass, 0 findings fail', passed: true },
      { name: 'public access', seen: '0 of 2 are public', passed: true },
      { name: 'readers', passed: true, seen: expect.stringContaining('without a name is refused, as was wanted') },
    ]);
    const pack = await packOf(run);
    const key = fingerprintOf(createPublicKey(belay.context.key.publicKeyPem));
    expect(verifyProof(pack, [key])).toMatchObject({ ok: true, problems: [], vouched: key, of: { outcome: 'fixed' } });
    expect(failing(pack, 'findings-before.json').toSorted()).toEqual([EXPORTS, FEED].toSorted());
    expect(failing(pack, 'findings-after.json')).toEqual([]);
    const known = await belay.context.db
      .selectFrom('findings')
      .select(['state'])
      .where('check_id', '=', CHECK)
      .execute();
    expect(known).toEqual([{ state: 'gone' }, { state: 'gone' }]);
    expect(await belay.doors.verifyLedger()).toMatchObject({ problems: [] });
  });

  test('a reader who is refused what they were served before takes all of it back, and the proof says that it is open again', async () => {
    const { belay } = await start({ reader: 'other' });
    const run = await belay.start(INPUT);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'not-fixed',
      verdict: 'failed',
      summary: expect.stringContaining('2 undone'),
    });
    expect([blockOf(EXPORTS), blockOf(FEED)]).not.toContainEqual(ALL_ON);
    expect(await checksOf(run)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'readers',
          passed: false,
          seen: expect.stringMatching(/1 refused: .* at shop-partner-feed/),
        }),
      ]),
    );
    const pack = await packOf(run);
    expect(failing(pack, 'findings-after.json').toSorted()).toEqual([EXPORTS, FEED].toSorted());
    expect(verifyProof(pack, []).ok).toBe(true);
  });

  test('without an access log nobody can tell who is refused: it is done, and inconclusive', async () => {
    const { belay } = await start({
      arrange: ({ world: there }) => {
        bucketNamed(there, FEED).logging = undefined;
      },
    });
    const run = await belay.start(INPUT);
    const gate = await belay.openGate(run);
    expect(gate.plan.diagnosis).toContain('1 has no access log: nobody knows who reads it.');
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'inconclusive', verdict: 'inconclusive' });
    expect(blockOf(FEED)).toEqual(ALL_ON);
    expect(await checksOf(run)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'readers',
          passed: null,
          seen: expect.stringContaining('1 bucket has no access log'),
        }),
      ]),
    );
  });

  test('what is excepted is not asked about; when the exception is over it is', async () => {
    const { belay, sandbox } = await start();
    const { account } = sandbox.accounts.prod;
    const except = async (name: string, region: string) => {
      const asked = await belay.doors.requestException(
        {
          resource: `aws:${account}/${region}/bucket/${name}`,
          check: CHECK,
          runbook: null,
          owner: 'analytics',
          reason: 'a partner reads it until they have a role',
          control: 'no personal data in it',
          until: new Date(belay.context.now().getTime() + 3_600_000).toISOString(),
        },
        ada,
      );
      if (asked.answer !== 'requested') throw new Error(JSON.stringify(asked));
      const gate = await belay.doors.gate(asked.exception.gate ?? '');
      await belay.doors.decide(gate?.id ?? '', { decision: 'approve', digest: gate?.digest ?? '' }, ada);
    };
    await except(FEED, 'us-east-1');
    const run = await belay.start(INPUT);
    const gate = await belay.openGate(run);
    expect(gate.options[0]?.batch?.count).toBe(1);
    expect(gate.plan.diagnosis).toContain('1 of them is excepted.');
    await belay.doors.decide(gate.id, { decision: 'deny', digest: gate.digest }, ada);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'denied' });

    await except(EXPORTS, 'eu-west-1');
    const none = await belay.start(INPUT);
    expect(await belay.ended(none)).toMatchObject({
      outcome: 'nothing-wrong',
      summary: expect.stringContaining('All of them are excepted.'),
    });
    expect(await belay.kinds(none)).not.toContain('gate.opened');

    belay.clock.ahead = 2 * 3_600_000;
    const again = await belay.start(INPUT);
    expect((await belay.openGate(again)).options[0]?.batch?.count).toBe(2);
    belay.clock.ahead = 0;
    await belay.doors.cancel(again, ada, 'over');
    await belay.ended(again);
    expect(blockOf(FEED)).not.toEqual(ALL_ON);
  });

  test('where nothing is public nobody is asked', async () => {
    const { belay } = await start({ opened: false });
    const run = await belay.start(INPUT);
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'nothing-wrong',
      summary: 'No bucket is public, by the scan.',
    });
    expect(await belay.kinds(run)).not.toContain('gate.opened');
  });

  /** A scan of somebody else's that says of one bucket of the sandbox that it is public. */
  function leftScan(name: string, region: string): string {
    const path = join(folder, `${name}.ocsf.json`);
    const element = changed(prowlerElements()[2] ?? {}, {
      'cloud.account.uid': PROD,
      'cloud.region': region,
      'resources.0.region': region,
      'resources.0.uid': `arn:aws:s3:::${name}`,
      'resources.0.name': name,
    });
    writeFileSync(path, JSON.stringify([element]));
    return path;
  }

  test('a finding of what is not so any more is looked at, and nobody is asked', async () => {
    const { belay } = await start({ opened: false, scanFile: leftScan(EXPORTS, 'eu-west-1') });
    const run = await belay.start(INPUT);
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'nothing-wrong',
      summary: expect.stringContaining('0 of 1 bucket are public now. 1 is not public any more.'),
    });
    expect(await belay.kinds(run)).not.toContain('gate.opened');
  });

  test('a scan that nobody made anew proves nothing: what is done is inconclusive, and said why', async () => {
    const { belay } = await start({ scanFile: leftScan(EXPORTS, 'eu-west-1') });
    const run = await belay.start(INPUT);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'inconclusive' });
    expect(await checksOf(run)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'scan',
          passed: null,
          seen: expect.stringMatching(/the scan of prowler is of .*, before the change/),
        }),
        expect.objectContaining({ name: 'public access', passed: true }),
      ]),
    );
    expect([blockOf(EXPORTS), blockOf(FEED)].map((block) => block?.RestrictPublicBuckets ?? false)).toEqual([
      true,
      false,
    ]);
  });

  test('a check of which the scan says nothing is inconclusive, never a pass', async () => {
    const { belay } = await start();
    const run = await belay.start({ ...INPUT, checks: ['s3_no_such_check'] });
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'inconclusive',
      summary: expect.stringContaining('Nothing is said of s3_no_such_check.'),
    });
  });

  test('a scanner that fails is inconclusive, and named with its last words', async () => {
    const { belay } = await start({
      arrange: ({ faults }) => faults.fail('ListBuckets', 'denied', 100),
    });
    const run = await belay.start(INPUT);
    expect(await belay.ended(run)).toMatchObject({
      outcome: 'inconclusive',
      summary: expect.stringMatching(
        /No scanner said anything\. Not looked at: prowler: the scanner .* failed with exit code 1; its last words: scanner: /,
      ),
    });
    expect(await belay.kinds(run)).not.toContain('gate.opened');
  });
});

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { z } from 'zod';
import { cleanup } from '../../src/cli/demo/cleanup.ts';
import { type OwnBelay, ownPlace, startOwnBelay } from '../../src/cli/demo/own-belay.ts';
import { GateList, LedgerReport } from '../../src/cli/views.ts';
import { describeReal, requirePart } from '../support/parts.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../support/start-moto.ts';
import { until } from '../support/until.ts';
import { PROD, REGIONS, somebody, STAGING } from '../tools/aws/aws-world.ts';

/** In all, over two regions of each of two accounts; `BELAY_VOLUMES=600` for the whole of it, which moto takes minutes for. */
const VOLUMES = Number(process.env['BELAY_VOLUMES'] ?? 120);
const EACH = VOLUMES / 4;
const PLACES = [PROD, STAGING].flatMap((account) => REGIONS.map((region) => ({ account, region })));

const Run = z.looseObject({
  id: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  summary: z.string().nullable(),
});
const Entries = z.object({
  entries: z.array(z.looseObject({ kind: z.string(), body: z.record(z.string(), z.unknown()) })),
});

describeReal(`${VOLUMES} volumes in two accounts and two regions`, ['temporal', 'moto'], () => {
  const stops = cleanup();
  let moto: RunningMoto;
  let belay: OwnBelay;
  const made: string[] = [];

  beforeAll(async () => {
    process.env['BELAY_PARTS'] ??= dirname(dirname(requirePart('temporal')));
    moto = await startMoto();
    for (const { account, region } of PLACES) {
      const maker = somebody(moto.url, account, region);
      for (let n = 0; n < EACH; n += 1) made.push(await maker.volume({ owner: 'ada', team: 'shop' }));
    }
    const place = await ownPlace(stops);
    const accounts = join(place.folder, 'accounts.yaml');
    const connection = (account: string) => ({
      account,
      role: `arn:aws:iam::${account}:role/belay`,
      regions: [...REGIONS],
    });
    writeFileSync(accounts, stringify({ accounts: { prod: connection(PROD), staging: connection(STAGING) } }));
    const variables = {
      BELAY_AWS_ACCOUNTS: accounts,
      AWS_ENDPOINT_URL: moto.url,
      AWS_ACCESS_KEY_ID: MOTO_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: MOTO_CREDENTIALS.secretAccessKey,
    };
    belay = await startOwnBelay(place, variables, stops, () => undefined);
  }, 240_000);
  afterAll(async () => {
    await stops.run();
    await moto?.stop();
  }, 60_000);

  const everywhere = async <T>(look: (at: ReturnType<typeof somebody>) => Promise<readonly T[]>): Promise<T[]> =>
    (await Promise.all(PLACES.map(({ account, region }) => look(somebody(moto.url, account, region))))).flat();
  const volumes = () =>
    everywhere(async ({ ec2 }) =>
      ((await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []).flatMap(({ VolumeId }) => VolumeId ?? []),
    );
  // moto lists snapshots of images of its own too; those that a volume of ours was copied to carry our mark.
  const snapshots = () =>
    everywhere(async ({ ec2 }) => {
      const filter = { Name: 'tag-key', Values: ['belay:action'] };
      return (await ec2.send(new DescribeSnapshotsCommand({ Filters: [filter] }))).Snapshots ?? [];
    });

  test('exactly the approved ones go, each once and after a complete snapshot, with a kill -9 in the middle', async () => {
    const { client } = belay;
    const input = { ask: false, minAgeDays: 0, stabilise: '1s', recheck: '1s', waveSize: 250, inFlight: 25 };
    const { id } = await client.post('/api/runs', { runbook: 'cost/unattached-volumes', input }, Run);
    const gate = await until(
      'an approval is asked for',
      async () => (await client.get(`/api/gates?state=open&run=${id}`, GateList)).gates[0],
      { within: 180_000, every: 500 },
    );
    const [option] = gate.options;
    // People take two out.
    const { entries } = await client.get(`/api/ledger?run=${id}`, Entries);
    const seen = entries.flatMap(({ kind, body }) => (kind === 'items.previewed' ? [body['previews']] : []));
    const previews = z.array(z.object({ action: z.string(), sentence: z.string() })).parse(seen.flat());
    expect(previews).toHaveLength(VOLUMES);
    const [first, second] = previews;
    const without = [first?.action, second?.action];
    const spared = [first, second].flatMap((one) => /vol-[0-9a-f]+/.exec(one?.sentence ?? '')?.[0] ?? []);
    const decision = { decision: 'approve', option: option?.id, digest: option?.digest, without };
    await client.post(`/api/gates/${gate.id}/decisions`, decision, z.unknown());

    await until('some of them are gone', async () => (await volumes()).length < VOLUMES * 0.8, {
      within: 180_000,
      every: 300,
    });
    await belay.killAndRestart();

    const over = await until(
      'the run is over',
      async () => {
        const run = await client.get(`/api/runs/${id}`, Run);
        return ['finished', 'failed', 'cancelled'].includes(run.state) ? run : undefined;
      },
      { within: 400_000, every: 1000 },
    );
    expect(over).toMatchObject({ state: 'finished', outcome: 'fixed' });
    expect(over.summary).toContain(`${VOLUMES - 2} of ${VOLUMES - 2} done`);
    expect(spared).toHaveLength(2);
    expect(new Set(await volumes())).toEqual(new Set(spared));
    const copies = await snapshots();
    expect(copies.every(({ State }) => State === 'completed')).toBe(true);
    expect(new Set(copies.map(({ VolumeId }) => VolumeId))).toEqual(
      new Set(made.filter((one) => !spared.includes(one))),
    );
    expect(copies).toHaveLength(VOLUMES - 2);
    const after = (await client.get(`/api/ledger?run=${id}`, Entries)).entries.map(({ kind }) => kind);
    expect(after.filter((kind) => kind === 'action.executed')).toHaveLength(VOLUMES - 2);
    expect(await client.get('/api/ledger/verify', LedgerReport)).toMatchObject({ ok: true, problems: [] });
  }, 900_000);
});

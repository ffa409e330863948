import { afterEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { freePort } from '../support/free-ports.ts';
import { describeReal } from '../support/parts.ts';
import { startPostgres } from '../support/start-postgres.ts';
import { startTemporal } from '../support/start-temporal.ts';
import { until } from '../support/until.ts';
import { delivery } from './alert-delivery.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, PATIENCE } from './belay-up.ts';

const Receipts = z.object({ alerts: z.array(z.looseObject({ status: z.string(), runId: z.string() })) });

describeReal('an alert while a part is down', ['temporal', 'postgres'], () => {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  }, 60_000);

  async function up(env: Record<string, string>): Promise<{ belay: BelayUp; place: BelayPlace }> {
    const place = await belayPlace(env);
    stops.push(() => place.remove());
    const belay = await belayUp(place);
    stops.push(() => belay.end());
    return { belay, place };
  }

  const send = async ({ url }: BelayPlace, name: string) =>
    await fetch(`${url}/hooks/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(delivery({ alertname: 'KubePodCrashLooping', namespace: 'shop', deployment: name })),
    });

  test('Temporal is down: 202 and queued; the run starts when it is back, once', async () => {
    const port = await freePort();
    const first = await startTemporal({ port });
    stops.push(() => first.stop());
    const { belay, place } = await up({ TEMPORAL_ADDRESS: first.address });
    await first.stop();
    const queued = await until(
      'Belay knows that Temporal is down',
      async () => {
        const response = await send(place, `checkout-${Date.now()}`);
        expect(response.status).toBe(202);
        const { alerts } = Receipts.parse(await response.json());
        return alerts[0]?.status === 'queued' ? alerts[0] : undefined;
      },
      PATIENCE,
    );
    expect((await belay.ask('GET', `/api/runs/${queued.runId}`)).body).toMatchObject({ state: 'queued' });
    expect((await belay.ask('GET', '/healthz')).status).toBe(200);

    const second = await startTemporal({ port });
    stops.push(() => second.stop());
    // No cluster is configured: that it says so is the proof that it ran.
    expect(await belay.over(queued.runId)).toMatchObject({ state: expect.stringMatching(/finished|failed/) });
    const kinds = (await belay.ledger(queued.runId)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'run.bound')).toEqual(['run.bound']);
  }, 240_000);

  test('the database is down: 503 with Retry-After, so that Alertmanager sends it again; Belay stays up', async () => {
    const postgres = await startPostgres();
    stops.push(() => postgres.stop());
    const { belay, place } = await up({ DATABASE_URL: postgres.url });
    expect((await send(place, 'checkout')).status).toBe(202);
    await postgres.stop();
    const response = await send(place, 'payments');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect((await belay.ask('GET', '/healthz')).status).toBe(200);
    expect((await belay.ask('GET', '/readyz')).status).toBe(503);
    belay.signal('SIGINT');
    expect(await belay.ended).toBe(0);
  }, 180_000);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import proto from '@temporalio/proto';
import { Failure } from '../../../src/domain/failure.ts';
import { encryptedConverter } from '../../../src/platform/temporal/payload-codec.ts';
import { describeReal } from '../../support/parts.ts';
import { startTemporal, type RunningTemporal } from '../../support/start-temporal.ts';
import { bundleToy, startToyBelay, type ToyBelay } from '../../support/toy/start-toy-belay.ts';

const { DescribeWorkflowExecutionResponse, GetWorkflowExecutionHistoryResponse } =
  proto.temporal.api.workflowservice.v1;

/** All that Temporal keeps of a run, as it stands there. */
async function kept({ client, doors }: ToyBelay, run: string): Promise<Buffer> {
  const workflowId = (await doors.run(run))?.workflowId ?? '';
  const of = { namespace: 'default', execution: { workflowId } };
  const { workflowService } = client;
  const history = await workflowService.getWorkflowExecutionHistory({ ...of, maximumPageSize: 1000 });
  const description = await workflowService.describeWorkflowExecution(of);
  return Buffer.concat([
    GetWorkflowExecutionHistoryResponse.encode(history).finish(),
    DescribeWorkflowExecutionResponse.encode(description).finish(),
  ]);
}

describeReal('with the payload codec', ['temporal', 'postgres'], () => {
  let temporal: RunningTemporal;
  let belay: ToyBelay;
  let broken: string | undefined;
  beforeAll(async () => {
    temporal = await startTemporal();
    belay = await startToyBelay({
      temporal: temporal.address,
      bundle: await bundleToy({ encodeFailures: true }),
      dataConverter: encryptedConverter([{ id: 'k1', secret: randomBytes(32) }]),
      wrap: (authority) => ({
        ...authority,
        openGate: async (request) => {
          if (broken !== undefined) throw new Failure('stop.unsupported', broken);
          return await authority.openGate(request);
        },
      }),
    });
  });
  afterAll(async () => {
    await belay?.stop();
    await temporal?.stop();
  });

  test("a run goes through, and Temporal's copy shows no input, evidence, summary, plan or outcome", async () => {
    belay.lamps.state.set('zanzibar', { on: false, by: null });
    const run = await belay.start({ name: 'zanzibar' });
    await belay.approve(run);
    expect((await belay.ended(run)).outcome).toBe('fixed');
    const bytes = await kept(belay, run);
    expect(bytes.includes('binary/encrypted')).toBe(true);
    expect(bytes.includes('k1')).toBe(true);
    for (const word of ['zanzibar', 'is off', 'Switch it on', 'healthy', 'lamp:room'])
      expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
  });

  test('nor the message with which the run itself failed', async () => {
    broken = 'the gatekeeper of timbuktu is away';
    belay.lamps.state.set('timbuktu', { on: false, by: null });
    const run = await belay.start({ name: 'timbuktu' });
    const view = await belay.ended(run);
    expect(view).toMatchObject({ state: 'failed', summary: expect.stringContaining('gatekeeper') });
    const { workflowId } = view;
    await expect(belay.client.workflow.getHandle(workflowId).result()).rejects.toMatchObject({
      cause: { cause: { message: broken } },
    });
    const bytes = await kept(belay, run);
    expect(bytes.includes('Encoded failure')).toBe(true);
    for (const word of ['gatekeeper', 'timbuktu', 'engine'])
      expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
    broken = undefined;
  });

  test('nor that of an activity', async () => {
    belay.lamps.at = () => {
      throw new Failure('stop.forbidden', 'the caretaker of ouagadougou says no');
    };
    belay.lamps.state.set('ouagadougou', { on: false, by: null });
    const run = await belay.start({ name: 'ouagadougou' });
    const view = await belay.ended(run);
    expect(JSON.stringify([view, await belay.doors.steps(run)])).toContain('caretaker');
    const bytes = await kept(belay, run);
    expect(bytes.includes('Encoded failure')).toBe(true);
    for (const word of ['caretaker', 'ouagadougou'])
      expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
  });
});

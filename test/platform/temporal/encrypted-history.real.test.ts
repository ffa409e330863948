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
  beforeAll(async () => {
    temporal = await startTemporal();
    belay = await startToyBelay({
      temporal: temporal.address,
      bundle: await bundleToy({ encodeFailures: true }),
      dataConverter: encryptedConverter([{ id: 'k1', secret: randomBytes(32) }]),
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
    for (const word of ['zanzibar', 'is off', 'Switch it on', 'healthy', 'lamp:room', run, 'json/plain'])
      expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
  });

  test('nor the message of a failure, of an activity or of the run itself', async () => {
    belay.lamps.at = () => {
      throw new Failure('stop.forbidden', 'the caretaker of ouagadougou says no');
    };
    belay.lamps.state.set('ouagadougou', { on: false, by: null });
    const run = await belay.start({ name: 'ouagadougou' });
    const view = await belay.ended(run);
    expect(view.state).toBe('failed');
    expect(view.summary).toContain('caretaker');
    const bytes = await kept(belay, run);
    expect(bytes.includes('Encoded failure')).toBe(true);
    for (const word of ['caretaker', 'ouagadougou', run])
      expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
  });
});

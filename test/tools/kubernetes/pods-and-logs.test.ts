import { expect, test } from '@jest/globals';
import { Failure } from '../../../src/domain/failure.ts';
import { podFacts } from '../../../src/tools/kubernetes/pod-facts.ts';
import { readLogs } from '../../../src/tools/kubernetes/read-logs.ts';
import { readPods } from '../../../src/tools/kubernetes/read-pods.ts';
import type { Pod } from '../../../src/tools/kubernetes/wire.ts';
import { fakeCluster, type FakeOptions } from './fake-client.ts';

type Status = NonNullable<Pod['status']>;
const containerStatus = (change: object) => ({
  name: 'app',
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...change,
});
const pod = (name: string, status: Status): Pod => ({
  metadata: { name, creationTimestamp: '2026-11-21T10:00:00Z' },
  spec: {
    containers: [
      { name: 'side', image: 's' },
      { name: 'app', image: 'i' },
    ],
  },
  status,
});
const ready: Status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const crashing: Status = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
  containerStatuses: [
    containerStatus({
      restartCount: 6,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-21T10:05:00Z' } },
    }),
  ],
};

test.each<[string, Status, object]>([
  ['a healthy pod', ready, { ready: true, reason: null, restarts: 0, lastExit: null }],
  [
    'a crash loop',
    crashing,
    { ready: false, reason: 'CrashLoopBackOff', restarts: 6, lastExit: { code: 137, reason: 'OOMKilled' } },
  ],
  [
    'an image that cannot be pulled',
    { phase: 'Pending', containerStatuses: [containerStatus({ state: { waiting: { reason: 'ImagePullBackOff' } } })] },
    { reason: 'ImagePullBackOff' },
  ],
  [
    'no node for it',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
    { reason: 'Unschedulable' },
  ],
  [
    'an init container that fails',
    {
      phase: 'Pending',
      initContainerStatuses: [containerStatus({ restartCount: 2, state: { terminated: { exitCode: 1 } } })],
    },
    { restarts: 2, lastExit: { code: 1, reason: null, at: null } },
  ],
  ['evicted', { phase: 'Failed', reason: 'Evicted' }, { phase: 'Failed', reason: 'Evicted' }],
  ['no status yet', {}, { phase: 'Unknown', ready: false, reason: null }],
])('a pod in short: %s', (_, status, facts) => {
  expect(podFacts(pod('p', status))).toMatchObject(facts);
});

const contextOf = (options: FakeOptions) => ({
  client: fakeCluster(options).client,
  connection: 'default',
  signal: new AbortController().signal,
  now: () => new Date(),
});
const workload = { namespace: 'shop', name: 'checkout' };
const pods = [pod('fine', ready), pod('bad', crashing), pod('fine-too', ready)];

test('the worst pods come first', async () => {
  const { facts } = await readPods.read(readPods.input.parse(workload), contextOf({ pods }));
  expect(facts.pods.map(({ name }) => name)[0]).toBe('bad');
  expect([facts.count, facts.ready]).toEqual([3, 2]);
});

test('the log is that of the worst pods and of the container in trouble', async () => {
  const asked: string[] = [];
  const log = (...which: unknown[]) => {
    asked.push(which.join(' '));
    return 'one\ntwo\n';
  };
  const { facts, content } = await readLogs.read(
    readLogs.input.parse({ ...workload, previous: true }),
    contextOf({ pods, log }),
  );
  expect(asked).toEqual(['bad app true', 'fine side true']);
  expect(facts).toMatchObject({
    lines: 4,
    pods: 3,
    logs: [{ pod: 'bad', container: 'app', lines: 2, note: null }, {}],
  });
  expect(content).toContain('==> bad app (previous log) <==\none\ntwo');
});

test('no pods, an empty log and a container that never restarted are answers, not failures', async () => {
  const input = readLogs.input.parse({ ...workload, previous: true });
  expect((await readLogs.read(input, contextOf({}))).facts).toEqual({ logs: [], lines: 0, pods: 0 });
  const empty = await readLogs.read(input, contextOf({ pods: [pod('bad', crashing)] }));
  expect(empty.facts).toMatchObject({ lines: 0, logs: [{ note: 'the log is empty' }] });
  const never = await readLogs.read(
    input,
    contextOf({
      pods: [pod('bad', crashing)],
      log: () => {
        throw new Failure('stop.invalid-input', 'previous terminated container "app" not found');
      },
    }),
  );
  expect(never.facts.logs).toMatchObject([{ lines: 0, note: expect.stringContaining('not found') }]);
  expect(never.content).toContain('not found');
});

test.each(['stop.forbidden', 'retry.unreachable'] as const)(
  'a log that could not be read is a failure: %s',
  async (type) => {
    const log = () => {
      throw new Failure(type, 'no');
    };
    const read = readLogs.read(readLogs.input.parse(workload), contextOf({ pods, log }));
    await expect(read).rejects.toMatchObject({ type });
  },
);

import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

/** What every worker gets. */
export interface WorkerConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The payload codec of production; absent in embedded mode. */
  readonly dataConverter?: WorkerOptions['dataConverter'];
}

/** A worker at work. */
export interface RunningWorker {
  readonly queue: string;
  /** Rejects when the worker fails; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Creates a worker and lets it run. Bounded at shutdown: a worker that does not end within ten seconds is dropped. */
export async function runWorker(
  at: WorkerConnection,
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
): Promise<RunningWorker> {
  const { dataConverter } = at;
  const worker = await Worker.create({
    connection: at.connection,
    namespace: at.namespace,
    shutdownGraceTime: '2s',
    shutdownForceTime: '10s',
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...options,
  });
  const ended = worker.run();
  // Whoever awaits `ended` sees the failure; without a listener it must not end the process by itself.
  ended.catch(() => undefined);
  return {
    queue: options.taskQueue,
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.catch(() => undefined);
    },
  };
}

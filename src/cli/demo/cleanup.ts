type Closing = () => unknown;

/** What is to be undone at the end, however the end comes. */
export interface Cleanup {
  /** Remembers what closes something. @throws after the end has come, having begun to close it: nothing more may start. */
  readonly later: (close: Closing) => void;
  /** Closes everything, last first; one that fails does not keep the others. Resolves with what failed. */
  readonly run: () => Promise<readonly unknown[]>;
}

/** An empty cleanup. */
export function cleanup(): Cleanup {
  const closings: Closing[] = [];
  const failures: unknown[] = [];
  let ending: Promise<void> | undefined;
  const end = async (close: Closing): Promise<void> => {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  };
  const endAll = async (): Promise<void> => {
    for (let close = closings.pop(); close !== undefined; close = closings.pop()) await end(close);
  };
  return {
    later: (close) => {
      if (ending !== undefined) {
        void end(close);
        throw new Error('it is over');
      }
      closings.push(close);
    },
    run: async () => {
      ending ??= endAll();
      await ending;
      return failures;
    },
  };
}

/** Does `work`; when it fails, all that is in `stops` by then is closed before that is said. */
export async function closedOnFailure<T>(stops: Cleanup, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await stops.run();
    throw error;
  }
}

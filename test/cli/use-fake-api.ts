import { afterEach } from '@jest/globals';
import { belay, type Ended } from './belay.ts';
import { type Answer, type FakeApi, startFakeApi } from './fake-api.ts';

/** An API that answers by `"METHOD path"`, another one for each command; the last one is stopped after each test. */
export function useFakeApi(...command: readonly string[]) {
  let api: FakeApi | undefined;
  afterEach(async () => {
    await api?.stop();
    api = undefined;
  });
  return {
    /** Runs a command against it; `command` stands before what is given. */
    against: async (answers: Record<string, Answer>, ...args: string[]): Promise<Ended> => {
      api = await startFakeApi(({ method, path }) => answers[`${method} ${path}`]);
      return belay([...command, ...args, '--data', api.data, '--port', String(api.port)]);
    },
    /** The bodies that were posted. */
    posted: (): unknown[] => api?.requests.filter(({ method }) => method === 'POST').map(({ body }) => body) ?? [],
  };
}

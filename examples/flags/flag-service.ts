import { z } from 'zod';
import { Failure } from '../../src/sdk/index.ts';

/** A flag as the service has it. `version` rises with every change; `changedBy` is what the last change was marked with. */
export const Flag = z.object({
  name: z.string(),
  enabled: z.boolean(),
  version: z.number().int(),
  changedBy: z.string().nullable(),
});
export type Flag = z.infer<typeof Flag>;

/** The service of one connection. */
export interface FlagService {
  get(name: string, signal: AbortSignal): Promise<Flag>;
  /** Changes the flag only while it has this version. Undefined: it has another one by now, and nothing was changed. */
  put(change: Omit<Flag, 'changedBy'> & { mark: string }, signal: AbortSignal): Promise<Flag | undefined>;
}

/** Asks the service nothing yet. Errors are sorted by what the caller must do: try again, or stop. */
export function connectFlags(url: string): FlagService {
  const call = async (name: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(`${url}/flags/${encodeURIComponent(name)}`, { ...init, redirect: 'error' });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new Failure('retry.unreachable', `the flag service on ${url} does not answer`, { cause: error });
    }
  };
  const flagIn = async (response: Response, name: string): Promise<Flag> => {
    if (response.status === 404) throw new Failure('stop.not-found', `there is no flag ${name}`);
    if (!response.ok) throw new Failure('retry.unreachable', `the flag service on ${url} answered ${response.status}`);
    return Flag.parse(await response.json());
  };
  return {
    get: async (name, signal) => flagIn(await call(name, { signal }), name),
    put: async ({ name, enabled, version, mark }, signal) => {
      const response = await call(name, {
        method: 'PUT',
        signal,
        headers: { 'content-type': 'application/json', 'if-match': String(version) },
        body: JSON.stringify({ enabled, changedBy: mark }),
      });
      return response.status === 412 ? undefined : await flagIn(response, name);
    },
  };
}

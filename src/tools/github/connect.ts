import { Octokit } from '@octokit/rest';
import { z } from 'zod';

/** One connection: a token (none: public repositories only) and the API's address for GitHub Enterprise. */
export const GithubSettings = z.strictObject({ token: z.string().min(1).optional(), apiUrl: z.url().optional() });
export type GithubSettings = z.infer<typeof GithubSettings>;

/** Octokit without its retry and throttle plugins: Temporal's retries are the ones people see. */
export interface GithubClient {
  readonly rest: Octokit['rest'];
}

/** Makes the client; asks nothing yet. */
export function connectGithub({ token, apiUrl }: GithubSettings): GithubClient {
  return new Octokit({
    userAgent: 'belay',
    ...(token === undefined ? {} : { auth: token }),
    ...(apiUrl === undefined ? {} : { baseUrl: apiUrl.replace(/\/+$/, '') }),
    // Octokit logs deprecations to the console otherwise.
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

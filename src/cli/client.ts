import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readConfiguration } from '../platform/configuration/configuration.ts';
import { CliError, codeOf, reasonOf } from '../platform/problem.ts';

/** Where a Belay is and what opens it. */
export interface ApiAddress {
  readonly url: string;
  readonly token: string;
  /** Through which door a person speaks, for the record; the command line unless said otherwise. */
  readonly door?: 'cli' | 'terminal';
}

/** The HTTP API, typed by the schema each call gives. Problems reject with `CliError`. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  /** For what is not JSON: Markdown, event streams. The response is already known to be good. */
  raw(path: string, init?: RequestInit): Promise<Response>;
}

/** RFC 9457, as much of it as a person needs. */
const Problem = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  problems: z.array(z.looseObject({ field: z.string().optional(), message: z.string() })).optional(),
});

/** @throws CliError (exit 3) when there is no token to be found, which means that Belay never ran on that folder. */
export function apiClient(options: { data?: string; port?: string; url?: string }): ApiClient {
  return clientAt(locate(options));
}

function locate(options: { data?: string; port?: string; url?: string }): ApiAddress {
  // Only what says where Belay is: a mistake in any other variable must not keep a person from deciding or cancelling.
  const configuration = readConfiguration(pick(process.env, /^BELAY_(PORT|HOST|DATA|TOKEN|TOKEN_FILE)$/));
  const host =
    configuration.BELAY_HOST === '0.0.0.0' || configuration.BELAY_HOST === '::'
      ? '127.0.0.1'
      : configuration.BELAY_HOST;
  const local = `http://${host.includes(':') ? `[${host}]` : host}:${options.port ?? configuration.BELAY_PORT}`;
  const url = (options.url ?? local).replace(/\/+$/, '');
  if (!URL.canParse(url)) throw new CliError(`"${url}" is not an address; give it as http://host:port.`, 2);
  const given = configuration.BELAY_TOKEN;
  if (given !== undefined) return { url, token: given };
  const file = join(resolve(options.data ?? configuration.BELAY_DATA), 'token');
  if (!existsSync(file))
    throw new CliError(
      `Belay has not run here yet: there is no ${file}. Start it with \`npm start\`, or give its folder with --data.`,
      3,
    );
  try {
    return { url, token: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    throw new CliError(`${file} cannot be read (${codeOf(error)}); only the user who runs Belay may use the CLI.`, 3, {
      cause: error,
    });
  }
}

const pick = (env: NodeJS.ProcessEnv, names: RegExp): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => names.test(name)));

/** A client for a known address and token. */
export function clientAt({ url, token, door = 'cli' }: ApiAddress): ApiClient {
  const raw = async (path: string, init: RequestInit = {}): Promise<Response> => {
    let response: Response;
    try {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      headers.set('x-belay-door', door);
      response = await fetch(`${url}${path}`, { ...init, headers });
    } catch (error) {
      const refused = codeOf(error) === 'ECONNREFUSED';
      throw new CliError(
        refused
          ? `Belay is not running on ${url}; start it with \`npm start\`.`
          : `Belay on ${url} cannot be reached: ${reasonOf(error)}.`,
        3,
        { cause: error },
      );
    }
    if (!response.ok) throw await asError(response, url);
    return response;
  };
  const json = async <T>(path: string, schema: z.ZodType<T>, init?: RequestInit): Promise<T> => {
    const response = await raw(path, init);
    const body: unknown = await response.json().catch(() => undefined);
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new CliError(
      `${url}${path} answered something else than expected (${issue?.path.join('.') || 'body'}: ${issue?.message}); is it a Belay of this version?`,
    );
  };
  return {
    url,
    raw,
    get: (path, schema) => json(path, schema),
    post: (path, body, schema) =>
      json(path, schema, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}

async function asError(response: Response, url: string): Promise<CliError> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined));
  if (response.status === 401)
    return new CliError(`Belay on ${url} does not accept this token; is --data the folder it runs on?`, 3);
  if (!parsed.success)
    return new CliError(`Belay on ${url} answered ${response.status}.`, response.status >= 500 ? 3 : 1);
  const { title, detail, problems = [] } = parsed.data;
  const lines = problems.map(({ field, message }) => `  ${field ? `${field}: ` : ''}${message}`);
  return new CliError([detail ?? title ?? `It answered ${response.status}.`, ...lines].join('\n'), 1);
}

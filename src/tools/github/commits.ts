import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { oneLine } from '../one-line.ts';
import type { GithubClient } from './connect.ts';
import { githubFailure } from './github-failure.ts';

const Input = z.strictObject({
  repository: z
    .string()
    .max(140)
    .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, 'a repository is owner/name')
    .describe('owner/name'),
  path: z.string().max(1000).optional().describe('Only commits that touch this file or folder'),
  ref: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe('Branch, tag or commit to start from; the default branch when left out'),
  limit: z.int().min(1).max(30).default(10).describe('How many, newest first'),
});

const Commit = z.object({
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  at: z.iso.datetime().nullable(),
  url: z.string(),
});

/** `github.commits`: the newest commits, for naming exactly what to revert. */
export const commits = defineTool({
  name: 'github.commits',
  title: 'Commits of a path',
  description:
    'Newest commits of a repository, or of one file or folder in it: who, when, subject, sha. Use it to name the exact commit to ' +
    'revert where Git owns a workload. It shows no diffs.',
  risk: 'read',
  input: Input,
  facts: z.object({ commits: z.array(Commit).max(30), count: z.number().int() }),
  timeout: '20s',
  async read({ repository, path, ref, limit }, { client, signal }: ToolContext<GithubClient>) {
    const what = `commits of ${path === undefined ? repository : `${path} in ${repository}`}`;
    const [owner = '', repo = ''] = repository.split('/');
    const only = { ...(path === undefined ? {} : { path }), ...(ref === undefined ? {} : { sha: ref }) };
    const within = AbortSignal.any([signal, AbortSignal.timeout(15_000)]);
    const answer = await client.rest.repos
      .listCommits({ owner, repo, ...only, per_page: limit, request: { signal: within } })
      .catch((error: unknown) => {
        if (signal.aborted) throw signal.reason;
        throw githubFailure(error, what);
      });
    const found = answer.data.slice(0, limit).map(({ sha, commit, author, html_url: url }) => ({
      sha,
      subject: oneLine(commit.message.split('\n', 1)[0] ?? '', 200),
      author: author?.login ?? commit.author?.name ?? 'unknown',
      at: isoOrNull(commit.committer?.date ?? commit.author?.date),
      url,
    }));
    return {
      facts: { commits: fit(found, limit), count: found.length },
      content:
        found.map(({ sha, at, author, subject }) => `${sha} ${at ?? ''} ${author}: ${subject}`).join('\n') ||
        `no ${what}`,
      summary: `${found.length} ${what}`.slice(0, 300),
    };
  },
});

const isoOrNull = (time: string | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();

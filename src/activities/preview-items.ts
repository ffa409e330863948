import ms from 'ms';
import type { AuthorityClient, RequestOf, ResponseOf } from '../authority/protocol.ts';
import { Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import { CHUNK } from '../domain/list-item.ts';
import { systemOf } from '../domain/queue.ts';
import type { ToolContext, ToolPreview, WriteTool } from '../sdk/define-tool.ts';
import { cleanPreview } from './clean-preview.ts';
import { parseArgs } from './parse-args.ts';
import { clean } from './redacted.ts';
import type { PreviewItemsRequest, PreviewItemsResult } from './wire.ts';

/** Chunks that one activity looks at: few events in the run's history, and little to do again after a crash. */
const CHUNKS = 5;
/** Previews that a tool makes one by one are made so many at a time. */
const AT_ONCE = 8;
/** How long one chunk may take in all, where a system is asked about many things in a few calls. */
const CHUNK_TIMEOUT = ms('60s');

type Item = ResponseOf<'items'>['items'][number];
type Seen = ToolPreview | { readonly problem: string };
type Contexts = (timeoutMs?: number) => ToolContext<unknown>;

const isProblem = (seen: Seen): seen is { readonly problem: string } => 'problem' in seen;

/** Why one item cannot be offered; what may pass fails the attempt instead, and is tried again. */
function problemOf(error: unknown): { problem: string } {
  if (error instanceof Failure && error.type.startsWith('stop.')) return { problem: error.message };
  throw error;
}

async function one(tool: WriteTool, args: JsonObject, context: ToolContext<unknown>): Promise<Seen> {
  try {
    return await tool.preview(args, context);
  } catch (error) {
    return problemOf(error);
  }
}

async function look(tool: WriteTool, all: readonly JsonObject[], contexts: Contexts): Promise<readonly Seen[]> {
  if (tool.previewMany) {
    const seen = await tool.previewMany(all, contexts(CHUNK_TIMEOUT));
    if (seen.length !== all.length)
      throw new Failure('stop.unsupported', `${tool.name} previewed ${seen.length} of ${all.length}`);
    return seen;
  }
  const seen: Seen[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE)
    seen.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map((args) => one(tool, args, contexts())))));
  return seen;
}

/** An item's arguments as the tool parses them; what it does not take cannot be offered. */
function argsOf(tool: WriteTool, { action }: Item): { args: JsonObject } | { problem: string } {
  try {
    return { args: parseArgs(tool, action?.args ?? {}) };
  } catch (error) {
    return problemOf(error);
  }
}

async function previewChunk(
  tool: WriteTool,
  items: readonly Item[],
  contexts: Contexts,
): Promise<RequestOf<'previews'>['previews']> {
  const parsed = items.map((item) => argsOf(tool, item));
  const good = parsed.flatMap((one) => ('args' in one ? [one.args] : []));
  const seen = await look(tool, good, contexts);
  const previews: RequestOf<'previews'>['previews'] = [];
  let next = 0;
  for (const [at, { position }] of items.entries()) {
    const given = parsed[at] ?? { problem: 'it has no arguments' };
    const found: Seen = 'args' in given ? (seen[next++] ?? { problem: 'it was not looked at' }) : given;
    if ('args' in given && !isProblem(found))
      previews.push({ position, preview: await cleanPreview(tool, given.args, found) });
    else if (isProblem(found)) previews.push({ position, problem: await clean(found.problem, 500) });
  }
  return previews;
}

/** Looks at the items of a list whose action is this tool's on this connection, and tells the authority what it saw of each. */
export async function previewItems(
  authority: Pick<AuthorityClient, 'items' | 'previews'>,
  tool: WriteTool,
  contexts: Contexts,
  { run, execution, list, connection, base, after }: PreviewItemsRequest,
): Promise<PreviewItemsResult> {
  const of = { system: systemOf(tool.name), connection };
  let last = after;
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    const { items } = await authority.items({ run, execution, list, after: last, of });
    const own = items.filter(({ action }) => action?.tool === tool.name);
    if (own.length > 0)
      await authority.previews({
        run,
        execution,
        list,
        base,
        ...of,
        previews: await previewChunk(tool, own, contexts),
      });
    last = items.at(-1)?.position ?? last;
    if (items.length < CHUNK) return { last, more: false };
  }
  return { last, more: true };
}

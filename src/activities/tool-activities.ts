import { cancellationSignal } from '@temporalio/activity';
import type { z } from 'zod';
import { canonicalJson } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { Json, JsonObject } from '../domain/json.ts';
import { systemOf } from '../domain/queue.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { ReadTool, ToolContext, WriteTool } from '../sdk/define-tool.ts';
import { redact } from '../tools/redact.ts';
import { toolEntry } from '../tools/registry.ts';
import { sanitize } from '../tools/sanitize.ts';
import { carryOut } from './carry-out.ts';
import type { Connections } from './connections.ts';
import { checkPermit } from './permit.ts';
import type { ToolActivities } from './wire.ts';

/** What a read may hand to the workflow's history; more belongs in its content. */
const MAX_FACTS_BYTES = 16 * 1024;
/** What is kept of one piece of evidence; DESIGN measured turns with 32 KiB, logs may be longer. */
const MAX_CONTENT_BYTES = 256 * 1024;

export interface ToolActivityDeps {
  readonly authority: AuthorityClient;
  readonly connections: Connections;
  /** The authority's public key: run permits are checked with it. */
  readonly publicKeyPem: string;
  readonly now: () => Date;
}

/** Arguments as the tool's own schema parses them. Problems name their field. */
export function parseArgs(tool: { name: string; input: z.ZodType }, args: JsonObject): JsonObject {
  const parsed = tool.input.safeParse(args);
  if (parsed.success) return JsonObject.parse(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`);
  throw new Failure('stop.invalid-input', `${tool.name}: ${problems.join('; ')}`);
}

/** No secret leaves this process: not in a result, not in an error. */
async function redacted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { text, found } = await redact(error.message);
    if (found === 0) throw error;
    throw error instanceof Failure
      ? new Failure(error.type, text, error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs })
      : new Error(text);
  }
}

const clean = async (text: string, max: number): Promise<string> => (await redact(sanitize(text, max))).text;

/** Strings inside facts are foreign text too. */
async function cleanFacts(facts: unknown, tool: string): Promise<Json> {
  const text = (await redact(JSON.stringify(facts))).text;
  if (Buffer.byteLength(text) > MAX_FACTS_BYTES)
    throw new Failure(
      'stop.unsupported',
      `${tool} gave ${Buffer.byteLength(text)} bytes of facts; at most ${MAX_FACTS_BYTES} fit`,
    );
  return Json.parse(JSON.parse(text));
}

/** The activities of the queues whose credentials these connections are. */
export function createToolActivities(deps: ToolActivityDeps): ToolActivities {
  const { authority, connections, now } = deps;
  const contextOf = (client: unknown, connection: string): ToolContext<unknown> => ({
    client,
    connection,
    signal: cancellationSignal(),
    now,
  });
  return {
    readTool: (request) =>
      redacted(async () => {
        checkPermit(request.permit, deps.publicKeyPem, now(), request);
        const { tool, client } = connections.find(request.tool, request.connection);
        if (tool.risk !== 'read')
          throw new Failure('stop.forbidden', `${tool.name} changes things; it is proposed in a plan, never called`);
        const reading = await (tool as ReadTool).read(
          parseArgs(tool, request.args),
          contextOf(client, request.connection),
        );
        const content = await clean(reading.content ?? JSON.stringify(reading.facts, null, 2), MAX_CONTENT_BYTES);
        const summary = (await clean(reading.summary, 300)).slice(0, 300);
        return {
          facts: request.wantFacts ? await cleanFacts(reading.facts, tool.name) : null,
          content: await authority.putBlob({ content, mediaType: 'text/plain', summary }),
        };
      }),

    previewAction: (request) =>
      redacted(async () => {
        checkPermit(request.permit, deps.publicKeyPem, now(), request);
        const { tool, client } = connections.find(request.tool, request.connection);
        if (tool.risk === 'read')
          throw new Failure('stop.invalid-input', `${tool.name} only reads; there is nothing to preview`);
        const write = tool as WriteTool;
        const args = parseArgs(tool, request.args);
        const seen = await write.preview(args, contextOf(client, request.connection));
        const { risk, reversible, safeToRepeat } = write;
        const blastRadius = {
          count: seen.blastRadius.count,
          unit: seen.blastRadius.unit,
          ...(seen.blastRadius.percent === undefined ? {} : { percent: seen.blastRadius.percent }),
        };
        const preview = {
          ...seen,
          blastRadius,
          diff: await clean(seen.diff, 20_000),
          tool: tool.name,
          toolSchemaHash: toolEntry(tool).schemaHash,
          args,
          risk,
          reversible,
          safeToRepeat,
        };
        const { run, execution, sequence } = request;
        return await authority.preview({ run, execution, sequence, preview });
      }),

    carryOut: (request) =>
      redacted(async () => {
        const { action, postState } = await authority.action(request);
        const { tool, client } = connections.find(action.tool, action.target.connection);
        if (tool.risk === 'read' || action.target.system !== systemOf(tool.name))
          throw new Failure('stop.forbidden', `${action.id} is nothing ${tool.name} can carry out`);
        const args = parseArgs(tool, action.args);
        if (canonicalJson(args) !== canonicalJson(action.args))
          throw new Failure(
            'stop.unsupported',
            `${tool.name} reads the approved arguments differently now; it must be asked again`,
          );
        return await carryOut({
          authority,
          tool: tool as WriteTool,
          args,
          action,
          postState,
          phase: request.phase,
          context: contextOf(client, action.target.connection),
          toolSchemaHash: toolEntry(tool).schemaHash,
        });
      }),
  };
}

import { cancellationSignal } from '@temporalio/activity';
import ms from 'ms';
import { canonicalJson } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { systemOf } from '../domain/queue.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { AnyTool, ReadTool, ToolContext, WriteTool } from '../sdk/define-tool.ts';
import { toolEntry } from '../tools/registry.ts';
import { carryOut } from './carry-out.ts';
import type { Connections } from './connections.ts';
import { checkPermit } from './permit.ts';
import { cleanPreview } from './clean-preview.ts';
import { handOver, itemsOf } from './list-items.ts';
import { parseArgs } from './parse-args.ts';
import { previewItems } from './preview-items.ts';
import { recordScan } from './record-scan.ts';
import { clean, cleanFacts, redacted } from './redacted.ts';
import { takeTurns } from './take-turns.ts';
import type { ToolActivities } from './wire.ts';

/**
 * How many grants this process asks for at once. The authority grants one after the other for a run, and a side effect
 * begins within a second of being asked for: of the items of a wave, most wait here, before they look and ask.
 */
const GRANTS_AT_ONCE = 4;

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

/** Facts within their cap, or a failure that names the tool: the workflow's history holds them for good. */
async function factsOf(facts: unknown, tool: string): Promise<Json> {
  const bytes = Buffer.byteLength(JSON.stringify(facts) ?? '');
  if (bytes > MAX_FACTS_BYTES)
    throw new Failure('stop.unsupported', `${tool} gave ${bytes} bytes of facts; at most ${MAX_FACTS_BYTES} fit`);
  return await cleanFacts(facts);
}

/** The activities of the queues whose credentials these connections are. */
export function createToolActivities(deps: ToolActivityDeps): ToolActivities {
  const { authority, connections, now } = deps;
  const inTurn = takeTurns(GRANTS_AT_ONCE);
  const contextOf = (
    tool: AnyTool,
    client: unknown,
    connection: string,
    timeoutMs = ms(tool.timeout),
  ): ToolContext<unknown> => ({
    client,
    connection,
    signal: AbortSignal.any([cancellationSignal(), AbortSignal.timeout(timeoutMs)]),
    now,
  });
  return {
    readTool: (request) =>
      redacted(async () => {
        checkPermit(request.permit, deps.publicKeyPem, now(), request);
        const { tool, client } = connections.find(request.tool, request.connection);
        if (tool.risk !== 'read')
          throw new Failure('stop.forbidden', `${tool.name} changes things; it is proposed in a plan, never called`);
        const reads: ReadTool = tool;
        const { run, execution } = request.permit.permit;
        const reading = await reads.read(parseArgs(tool, request.args), {
          ...contextOf(tool, client, request.connection),
          list: (name) => itemsOf(authority, { run, execution, list: name }),
        });
        const of = { run, execution, system: systemOf(tool.name), connection: request.connection };
        if (reading.scan) await recordScan(authority, of, reading.scan);
        if (request.list)
          await handOver(
            authority,
            { run, execution, ...request.list, system: systemOf(tool.name) },
            request.connection,
            reading.items ?? [],
          );
        const content = await clean(reading.content ?? JSON.stringify(reading.facts, null, 2), MAX_CONTENT_BYTES);
        const summary = await clean(reading.summary, 300);
        return {
          facts: request.wantFacts ? await factsOf(reading.facts, tool.name) : null,
          content: await authority.putBlob({ content, mediaType: 'text/plain', summary }),
        };
      }),

    previewAction: (request) =>
      redacted(async () => {
        checkPermit(request.permit, deps.publicKeyPem, now(), request);
        const { permit } = request.permit;
        if (permit.run !== request.run || permit.execution !== request.execution)
          throw new Failure(
            'stop.forbidden',
            `The run permit is of ${permit.run}; it previews nothing for another run`,
          );
        const { tool, client } = connections.find(request.tool, request.connection);
        if (tool.risk === 'read')
          throw new Failure('stop.invalid-input', `${tool.name} only reads; there is nothing to preview`);
        const write: WriteTool = tool;
        const args = parseArgs(tool, request.args);
        const context = { ...contextOf(tool, client, request.connection), looksOnly: request.looksOnly };
        const preview = await cleanPreview(write, args, await write.preview(args, context));
        const { run, execution, sequence } = request;
        return await authority.preview({ run, execution, sequence, preview });
      }),

    previewItems: (request) =>
      redacted(async () => {
        checkPermit(request.permit, deps.publicKeyPem, now(), request);
        const { tool, client } = connections.find(request.tool, request.connection);
        if (tool.risk === 'read')
          throw new Failure('stop.invalid-input', `${tool.name} only reads; there is nothing to preview`);
        const contextFor = (timeoutMs?: number) => ({
          ...contextOf(tool, client, request.connection, timeoutMs),
          looksOnly: request.looksOnly,
        });
        return await previewItems(authority, tool, contextFor, request);
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
          tool,
          args,
          action,
          postState,
          phase: request.phase,
          timeoutMs: ms(tool.timeout),
          contextWithin: (withinMs) => contextOf(tool, client, action.target.connection, withinMs),
          toolSchemaHash: toolEntry(tool).schemaHash,
          inTurn,
          clean: (text) => clean(text, 1000),
        });
      }),
  };
}

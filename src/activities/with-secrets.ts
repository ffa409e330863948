import { CancelledFailure } from '@temporalio/activity';
import { Failure } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { AnyTool, Execution, ReadTool, ToolContext, ToolPreview, WriteTool } from '../sdk/define-tool.ts';
import type { Secrets } from './secrets.ts';

type Context = ToolContext<unknown>;

/** What is stored, compared and restored later: a value in it could neither be kept nor be taken out. */
const KEPT = ['precondition', 'preState'] as const;

/**
 * A tool that is handed the values of the secrets its arguments name, and of whose words, errors among them, none leaves
 * with one. Only what a person may be asked about is handed any: a read that names one is refused, since nobody approves
 * reads.
 */
export function withSecrets(tool: AnyTool, secrets: Secrets): AnyTool {
  return tool.risk === 'read' ? reading(tool, secrets) : writing(tool, secrets);
}

/** What a tool throws, without a value in its words; whoever gets it looks at no more than these. */
function hiddenError(error: unknown, secrets: Secrets): unknown {
  const hide = (text: string): string => secrets.hide(text);
  if (error instanceof CancelledFailure) return error;
  if (!(error instanceof Error)) return new Error(hide(String(error)));
  const [message, stack] = [hide(error.message), hide(error.stack ?? '')];
  if (message === error.message && stack === (error.stack ?? '') && error.cause === undefined) return error;
  if (error instanceof Failure)
    return new Failure(
      error.type,
      message,
      error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs },
    );
  return Object.assign(new Error(message), { name: error.name, stack });
}

/** The work of a tool, of which nothing leaves with a value in it. */
async function hidden<R>(secrets: Secrets, work: () => Promise<R>): Promise<R> {
  try {
    return secrets.hideIn(await work());
  } catch (error) {
    throw hiddenError(error, secrets);
  }
}

function reading(tool: ReadTool, secrets: Secrets): ReadTool {
  return {
    ...tool,
    async read(args: JsonObject, context) {
      const reference = secrets.referenceIn(args);
      if (reference !== undefined)
        throw new Failure(
          'stop.forbidden',
          `${tool.name} only reads, and ${reference} is for what a person approved; nothing was read`,
        );
      return await hidden(secrets, async () => await tool.read(args, context));
    },
  };
}

/** A preview without values; or that it must not be made, where they are in what is kept. */
function previewed(tool: WriteTool, secrets: Secrets, seen: ToolPreview): ToolPreview {
  const clean = secrets.hideIn(seen);
  const field = KEPT.find((name) => JSON.stringify(clean[name]) !== JSON.stringify(seen[name]));
  if (field === undefined) return clean;
  throw new Failure(
    'stop.unsupported',
    `${tool.name} put the value of a secret into its ${field}, which is stored; it must keep a hash there`,
  );
}

/** The same for many at once: what cannot be offered is one item and not all. */
function previewingMany(tool: WriteTool, secrets: Secrets): WriteTool['previewMany'] {
  if (!tool.previewMany) return undefined;
  const previewMany: NonNullable<WriteTool['previewMany']> = (all, context) =>
    tool.previewMany?.(all, context) ?? Promise.resolve([]);
  const orProblem = <R>(work: () => R): R | { problem: string } => {
    try {
      return work();
    } catch (error) {
      if (error instanceof Failure) return { problem: error.message };
      throw error;
    }
  };
  return async (all: readonly JsonObject[], context) => {
    const handed = all.map((args) => orProblem(() => ({ args: secrets.resolve(args) })));
    const good = handed.flatMap((one) => ('args' in one ? [one.args] : []));
    const seen = await previewMany(good, context).catch((error: unknown) => {
      throw hiddenError(error, secrets);
    });
    if (seen.length !== good.length) return seen;
    let next = 0;
    return handed.map((one) => {
      if ('problem' in one) return one;
      const found = seen[next++] ?? { problem: 'it was not looked at' };
      return 'problem' in found ? secrets.hideIn(found) : orProblem(() => previewed(tool, secrets, found));
    });
  };
}

function writing(tool: WriteTool, secrets: Secrets): WriteTool {
  const { undo } = tool;
  const many = previewingMany(tool, secrets);
  const given =
    <R>(work: (args: JsonObject, execution: Execution, context: Context) => Promise<R>) =>
    async (args: JsonObject, execution: Execution, context: Context): Promise<R> =>
      await hidden(secrets, async () => await work(secrets.resolve(args), execution, context));
  return {
    ...tool,
    async preview(args: JsonObject, context) {
      try {
        return previewed(tool, secrets, await tool.preview(secrets.resolve(args), context));
      } catch (error) {
        throw hiddenError(error, secrets);
      }
    },
    ...(many && { previewMany: many }),
    observe: given((args, execution, context) => tool.observe(args, execution, context)),
    execute: given((args, execution, context) => tool.execute(args, execution, context)),
    reconcile: given((args, execution, context) => tool.reconcile(args, execution, context)),
    ...(undo && {
      undo: {
        stillOurs: given((args, execution, context) => undo.stillOurs(args, execution, context)),
        execute: given((args, execution, context) => undo.execute(args, execution, context)),
        reconcile: given((args, execution, context) => undo.reconcile(args, execution, context)),
      },
    }),
  };
}

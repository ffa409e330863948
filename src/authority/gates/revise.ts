import { randomBytes } from 'node:crypto';
import type { DecisionRequest } from '../../domain/decision.ts';
import type { GateOption } from '../../domain/gate.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Revision } from '../../domain/revision.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { checkJson } from '../runs/check-input.ts';
import { closeGate } from './close-gate.ts';
import { refuse, type Refusal } from './may-decide.ts';
import type { GateRow } from './gate-row.ts';

/** How often one run may be sent back; a model that cannot please people after that needs another runbook, not more turns. */
export const MAX_SENT_BACK = 3;

async function editOf(
  context: AuthorityContext,
  option: GateOption,
  request: DecisionRequest,
  by: string,
): Promise<Revision | Refusal> {
  const { args, action = 0 } = request;
  const edited = option.actions[action];
  if (!args)
    return refuse('invalid', 'args: an edit gives the new arguments; look at the option for the present ones.');
  if (!edited) return refuse('invalid', `action: option "${option.id}" has no action number ${action}.`);
  const tool = context.manifest.tools.find(({ name }) => name === edited.tool);
  if (!tool) return refuse('invalid', `action: there is no tool ${edited.tool} any more.`);
  const checked = checkJson(tool.schemaHash, tool.inputSchema, args, edited.tool);
  if ('problems' in checked)
    return refuse('invalid', checked.problems.map(({ field, message }) => `args.${field} ${message}`).join('; '));
  const secrets = await secretArguments(checked.input);
  if (secrets.length > 0)
    return refuse('invalid', secrets.map(({ field, message }) => `args.${field} ${message}`).join('; '));
  return { kind: 'edit', next: newGateId(), option: option.id, action, args: checked.input, by };
}

async function sendBackOf(trx: Trx, gate: GateRow, request: DecisionRequest, by: string): Promise<Revision | Refusal> {
  const feedback = request.reason?.trim() ?? '';
  if (feedback === '') return refuse('invalid', 'reason: say what should be different; it goes to the agent.');
  if (gate.proposed_by.kind !== 'model')
    return refuse(
      'invalid',
      'Only what a model proposed can be sent back: written rules and people take no feedback here. Edit the arguments or deny it.',
    );
  const before = await trx
    .selectFrom('gates')
    .select('revision')
    .where('run', '=', gate.run)
    .where('id', '!=', gate.id)
    .execute();
  const times = before.filter(({ revision }) => revision?.kind === 'send-back').length;
  if (times >= MAX_SENT_BACK)
    return refuse('invalid', `This run was sent back ${times} times already; edit the arguments or deny it.`);
  return { kind: 'send-back', next: newGateId(), feedback, by };
}

const newGateId = () => idFromBytes('g', randomBytes(6));

/** What an edit or a feedback asks for instead of this gate, or why it cannot be had. Changes nothing. */
export async function revisionOf(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  option: GateOption,
  request: DecisionRequest,
  by: string,
): Promise<Revision | Refusal> {
  if (gate.kind !== 'action' && gate.kind !== 'plan')
    return refuse('invalid', `decision: "${request.decision}" is not possible on this approval.`);
  return request.decision === 'edit'
    ? await editOf(context, option, request, by)
    : await sendBackOf(trx, gate, request, by);
}

/** Withdraws a gate for another one, whose id is known from now on; the run is woken to have it previewed and asked. */
export async function revise(trx: Trx, now: Date, gate: GateRow, revision: Revision): Promise<void> {
  const what = revision.kind === 'edit' ? 'Edited' : 'Sent back';
  await trx
    .updateTable('gates')
    .set({ revision: JSON.stringify(revision) })
    .where('id', '=', gate.id)
    .execute();
  await append(trx, now, gate.run, 'gate.revised', { gate: gate.id, ...revision });
  await closeGate(trx, now, gate.id, 'void', `${what} by ${revision.by}; ${revision.next} takes its place.`);
  await enqueue(trx, now, 'run.wake', gate.run);
}

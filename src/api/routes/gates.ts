import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Doors } from '../../authority/doors.ts';
import { type DecisionAnswer, DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import { Gate, GateState } from '../../domain/gate.ts';
import { GateId } from '../../domain/ids.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { personOf } from './person-of.ts';
import { typed } from './typed.ts';

const tags = ['approvals'];

/** How long an edit waits for the run to have it previewed and asked, so that a script can read the new one at once. Milliseconds. */
const NEXT_WITHIN = 10_000;
const LOOK_EVERY = 200;

const Decided = z.object({
  /** The approval decided; after an edit or a send-back the one that takes its place. */
  gate: GateId,
  run: z.string(),
  state: GateState,
  /** What is still missing, in words; empty when the approval is decided. */
  missing: z.array(z.string()),
  /** True when this decision had been recorded before; nothing changed. */
  repeated: z.boolean(),
  decision: DecisionRecord,
});

/** The HTTP status of each refusal of a decision. */
export const REFUSED: Record<Extract<DecisionAnswer, { answer: 'refused' }>['why'], number> = {
  'unknown-gate': 404,
  'not-an-approver': 403,
  'not-open': 409,
  'other-digest': 409,
  contrary: 409,
  invalid: 422,
  'step-up-needed': 403,
  frozen: 409,
  forbidden: 403,
};

/** Reading gates and deciding them. The authority decides what a decision does; this only says it in HTTP. */
export async function gateRoutes(
  app: FastifyInstance,
  { doors, nextGateWithinMs = NEXT_WITHIN }: Pick<ServerOptions, 'doors' | 'nextGateWithinMs'>,
): Promise<void> {
  const routes = typed(app);
  routes.get(
    '/api/gates',
    {
      schema: {
        tags,
        summary: 'Approvals, oldest first',
        querystring: z.strictObject({ state: GateState.optional(), run: z.string().max(50).optional() }),
        response: { 200: z.object({ gates: z.array(Gate) }) },
      },
    },
    async ({ query: { state, run } }) => ({
      gates: await doors.gates({ ...(state ? { state } : {}), ...(run ? { run } : {}) }),
    }),
  );

  routes.get(
    '/api/gates/:id',
    { schema: { tags, summary: 'One approval', params: z.object({ id: z.string() }), response: { 200: Gate } } },
    ({ params }) => findGate(doors, params.id),
  );

  routes.post(
    '/api/gates/:id/decisions',
    {
      schema: {
        tags,
        summary: 'Decide',
        description:
          "The digest is the chosen option's, exactly as it was shown. Repeating a decision changes nothing.",
        params: z.object({ id: z.string() }),
        body: DecisionRequest,
        response: { 200: Decided },
      },
    },
    async (request) => {
      const { id } = await findGate(doors, request.params.id);
      const answer = await doors.decide(id, request.body, personOf(request));
      if (answer.answer === 'refused') throw new HttpProblem(REFUSED[answer.why], answer.message);
      if (answer.answer === 'revised') {
        const { record: decision, gate } = answer;
        const next = await waitForGate(doors, gate, nextGateWithinMs);
        const state = next?.state ?? 'open';
        return { gate, run: decision.run, state, missing: next?.missing ?? [], repeated: false, decision };
      }
      const { state } = await findGate(doors, id);
      const { record: decision, missing } = answer;
      return { gate: id, run: decision.run, state, missing, repeated: answer.answer === 'repeated', decision };
    },
  );
}

/** The gate as soon as it is there; undefined when the run is not that quick (or Temporal is down): its id stands all the same. */
async function waitForGate(doors: Pick<Doors, 'gate'>, id: string, withinMs: number): Promise<Gate | undefined> {
  const end = Date.now() + withinMs;
  for (;;) {
    const gate = await doors.gate(id);
    if (gate || Date.now() >= end) return gate;
    await sleep(Math.min(LOOK_EVERY, Math.max(0, end - Date.now())));
  }
}

/** The gate, or 404; an id that is not spelled like one is not asked for. */
export async function findGate(doors: Pick<Doors, 'gate'>, id: string): Promise<Gate> {
  const gate = GateId.safeParse(id).success ? await doors.gate(id) : undefined;
  if (!gate) throw new HttpProblem(404, `There is no approval ${JSON.stringify(id.slice(0, 50))}.`);
  return gate;
}

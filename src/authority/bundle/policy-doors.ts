import { JsonObject } from '../../domain/json.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { PolicyRequest } from '../../domain/policy-request.ts';
import { z } from 'zod';
import type { AuthorityContext } from '../context.ts';
import { lastBody } from '../ledger/read.ts';
import { freezesNow } from '../freezes/freezes-over.ts';
import type { Explanation } from '../policy/explanation.ts';
import { placeOf } from '../policy/policy.ts';
import { type PolicyCase, requestOfCase } from '../policy/policy-case.ts';
import { reasonOf } from '../../platform/problem.ts';
import type { BundleKeeper, Refused, ReloadAnswer } from './bundle-keeper.ts';

/** The bundle in force, as people see it. */
export interface PolicyView {
  readonly name: string;
  /** The folder, or the default set, in words. */
  readonly from: string;
  readonly hash: string;
  readonly commit: string | null;
  readonly activatedAt: string;
  readonly by: string | null;
  /** What it changed, one change a line. */
  readonly diff: readonly string[];
  readonly policies: readonly {
    readonly id: string;
    readonly effect: 'permit' | 'forbid';
    readonly place: string;
    readonly gate: string | null;
  }[];
  /** What was tried last and does not hold; null when all is well. */
  readonly refused: Refused | null;
}

/** Policy as people's doors see it. */
export interface PolicyDoors {
  policy(): Promise<PolicyView>;
  /** Reads the files anew. What changes comes from them alone; whoever asks for it is on record. */
  reloadPolicy(person: Person): Promise<ReloadAnswer>;
  /** What would happen, and which rule says so, under the freezes and doors of now. `unknown`: the tool is none. */
  explainPolicy(asked: PolicyCase): Promise<Explanation | { unknown: string }>;
}

const Activated = z.object({ hash: z.string(), diff: z.array(z.string()), by: z.object({ name: z.string() }) });

/** What the record says of the last activation. */
async function lastEntry({ db }: AuthorityContext) {
  const body = await lastBody(db, SYSTEM_CHAIN, 'bundle.activated');
  return body === undefined ? undefined : Activated.safeParse(JsonObject.parse(JSON.parse(body))).data;
}

function keeperOf({ bundles }: AuthorityContext): BundleKeeper {
  if (!bundles) throw new Error('this process keeps no bundle');
  return bundles();
}

/** The policy part of the doors. */
export function policyDoors(context: AuthorityContext): PolicyDoors {
  return {
    policy: async () => {
      const keeper = keeperOf(context);
      const { hash, commit, activatedAt, content } = keeper.stored();
      const entry = await lastEntry(context);
      const known = entry?.hash === hash ? entry : undefined;
      return {
        name: content.name,
        from: keeper.from(),
        hash,
        commit,
        activatedAt,
        by: known?.by.name ?? null,
        diff: known?.diff ?? [],
        policies: keeper.active().policy.policies.map((policy) => ({
          id: policy.id,
          effect: policy.effect,
          place: placeOf(policy),
          gate: policy.annotations['gate'] ?? null,
        })),
        refused: keeper.refused(),
      };
    },
    reloadPolicy: (person) => keeperOf(context).reload({ person, how: 'request' }),
    explainPolicy: async (asked) => {
      const { policy, directory } = keeperOf(context).active();
      const now = context.now();
      const stepUpPossible = (await context.stepUp?.possible(context.db)) ?? false;
      const { tools } = context.manifest;
      let request: PolicyRequest;
      try {
        request = requestOfCase(asked, { directory, tools, now, stepUpPossible });
      } catch (error) {
        return { unknown: reasonOf(error) };
      }
      const scoped = { runbook: request.context.runbook, tool: asked.tool, targetKey: request.target.key };
      const freezes = asked.context.freezes ?? (await freezesNow(context.db, context, now))(scoped);
      return policy.explain({ ...request, context: { ...request.context, freezes } });
    },
  };
}

import { z } from 'zod';
import { Failure } from '../../../src/domain/failure.ts';
import type { ActionOutcome } from '../../../src/domain/grant.ts';
import { Json, JsonObject } from '../../../src/domain/json.ts';
import type { AnySystem } from '../../../src/sdk/define-system.ts';
import type { AnyTool, Execution, WriteTool } from '../../../src/sdk/define-tool.ts';
import { systems } from '../../../src/tools/catalog.ts';
import type { Findings } from '../../../src/workflows/remediation/bad-deploy-findings.ts';

/** A cluster and its metrics that say what a test wrote, under the real tools' names and schemas. */
export class ScriptedCluster {
  readonly effects: string[] = [];
  readonly before: Findings;
  /** The share of failing requests once something was changed; `none`: nobody asked anything of it any more. */
  after: number | 'none' = 0.001;
  lastAction: string | null = null;

  constructor(before: Findings) {
    this.before = before;
  }

  read(tool: string, args: JsonObject): Json {
    const { workload, history, events, previousLogs, errors, requests, errorsBefore } = this.before;
    switch (tool) {
      case 'kubernetes.workload':
        return asJson({ ...workload.facts, lastAction: this.lastAction });
      case 'kubernetes.rollout_history':
        return asJson(history.facts);
      case 'kubernetes.events':
        return asJson(events.facts);
      case 'kubernetes.logs':
        return asJson(previousLogs.facts);
      case 'prometheus.query': {
        if (args['time'] !== undefined) return asJson(errorsBefore?.facts);
        const counts = textOf(args, 'query').includes('increase(');
        if (this.effects.length === 0) return asJson((counts ? requests : errors).facts);
        const value = counts ? 500 : this.after;
        const samples = this.after === 'none' ? [] : [{ labels: {}, value, at: '2026-11-21T12:00:00.000Z' }];
        return { samples, count: samples.length };
      }
      default:
        throw new Failure('stop.not-found', `${tool} is not in the script`);
    }
  }

  change(phase: string, { actionId }: Execution, args: JsonObject): ActionOutcome {
    this.effects.push(`${actionId} ${phase}`);
    this.lastAction = phase === 'undo' ? `${actionId}:undo` : actionId;
    return { status: 'done', summary: `${phase} of ${textOf(args, 'name')}`, postState: { by: actionId } };
  }
}

const textOf = (args: JsonObject, field: string): string => z.string().catch('').parse(args[field]);
const asJson = (value: unknown): Json => Json.parse(value ?? null);
const asObject = (value: unknown): JsonObject => JsonObject.parse(value);

function scriptedTool(tool: AnyTool, cluster: ScriptedCluster): AnyTool {
  if (tool.risk === 'read')
    return {
      ...tool,
      read: async (args: JsonObject) => ({
        facts: cluster.read(tool.name, args),
        summary: `${tool.name}, as scripted`,
      }),
    };
  const write: WriteTool = {
    ...tool,
    async preview(given, { connection }) {
      const args = asObject(given);
      return {
        target: {
          system: 'kubernetes',
          connection,
          key: `kubernetes:c/${textOf(args, 'namespace')}/deployments/${textOf(args, 'name')}`,
          name: `deployment ${textOf(args, 'name')}`,
          tags: {},
        },
        sentence: `${tool.title}: ${textOf(args, 'name')}`,
        diff: '',
        blastRadius: { count: 3, unit: 'pods' },
        precondition: { by: cluster.lastAction },
        preState: { by: cluster.lastAction },
        undo: 'Back again',
        owner: null,
        command: null,
      };
    },
    observe: async () => ({ by: cluster.lastAction }),
    execute: async (args, execution) => cluster.change('execute', execution, asObject(args)),
    reconcile: async () => ({ status: 'not-done' }),
    ...(tool.undo === undefined ? {} : { undo: scriptedUndo(cluster) }),
  };
  return write;
}

const scriptedUndo = (cluster: ScriptedCluster): NonNullable<WriteTool['undo']> => ({
  stillOurs: async (_args, { actionId }) => cluster.lastAction === actionId,
  execute: async (args, execution) => cluster.change('undo', execution, asObject(args)),
  reconcile: async () => ({ status: 'not-done' }),
});

/** Every system that ships, over the scripted cluster; it reaches nothing. */
export const scriptedSystems = (cluster: ScriptedCluster): AnySystem[] =>
  systems.map((system: AnySystem) => ({
    ...system,
    settings: system.settings.catch({}),
    connect: () => cluster,
    tools: system.tools.map((tool) => scriptedTool(tool, cluster)),
  }));

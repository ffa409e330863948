import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { CliError, reasonOf } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import type { GateView } from '../views.ts';
import type { Teller } from './teller.ts';

const RunAddress = z.looseObject({ workflowId: z.string() });

/** What somebody with full access to Temporal, or with a changed request, would try. Both refusals end up on the ledger. */
export async function forgeApproval(options: {
  client: ApiClient;
  temporal: string;
  gate: GateView;
  teller: Teller;
}): Promise<void> {
  const { client, gate, teller } = options;
  const { workflowId } = await client.get(`/api/runs/${gate.run}`, RunAddress);
  const connection = await Connection.connect({ address: options.temporal });
  try {
    await new Client({ connection }).workflow
      .getHandle(workflowId)
      .signal('approve', { decision: 'approve', gate: gate.id });
    teller.event('note', `Forged: a raw Temporal signal "approve" to ${workflowId}`);
  } finally {
    await connection.close();
  }
  const digest = `sha256:${'0'.repeat(64)}`;
  try {
    await client.post(`/api/gates/${gate.id}/decisions`, { decision: 'approve', digest }, z.unknown());
    throw new Error('an approval with a forged digest was taken');
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    teller.event('note', `Forged: an approval for other arguments. Belay answered: ${reasonOf(error)}`);
  }
}

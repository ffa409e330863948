import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { GateView, type OptionView } from './views.ts';
import { CliError } from '../platform/problem.ts';

const Answer = z.looseObject({ state: z.string().nullish(), missing: z.array(z.string()).default([]) });
export type DecisionAnswer = z.infer<typeof Answer>;

/** The gate as it is now; what is shown of it is what the decision's digest is taken from. */
export const readGate = (client: ApiClient, id: string): Promise<GateView> =>
  client.get(`/api/gates/${encodeURIComponent(id)}`, GateView);

/** The option that is meant: the named one, the one with that digest, or the only one. @throws CliError (exit 2) otherwise. */
export function chosenOption(gate: GateView, wanted: { option?: string; digest?: string }): OptionView {
  const names = gate.options.map((option) => option.id).join(', ');
  const fitting = gate.options.filter(
    (option) =>
      (wanted.option === undefined || option.id === wanted.option) &&
      (wanted.digest === undefined || option.digest === wanted.digest),
  );
  const [option, ...others] = fitting;
  if (option !== undefined && others.length === 0) return option;
  if (wanted.option !== undefined && !gate.options.some((each) => each.id === wanted.option))
    throw new CliError(`Approval ${gate.id} has no option "${wanted.option}"; it has ${names}.`, 2);
  if (wanted.digest !== undefined)
    throw new CliError(
      `Approval ${gate.id} is not what that digest stands for; look at it again with \`belay approve ${gate.id}\`.`,
    );
  throw new CliError(`Approval ${gate.id} has several options (${names}); say which with --option.`, 2);
}

/** Sends one decision on exactly the digest that was shown. Refusals reject with the server's reason. */
export function decide(
  client: ApiClient,
  gate: GateView,
  decision: { decision: 'approve' | 'deny'; digest: string; option?: string; reason?: string },
): Promise<DecisionAnswer> {
  return client.post(`/api/gates/${encodeURIComponent(gate.id)}/decisions`, decision, Answer);
}

import { z } from 'zod';
import { CliError } from '../platform/problem.ts';
import type { ApiClient } from './client.ts';
import { GateView, type OptionView } from './views.ts';

const Answer = z.looseObject({
  /** The approval decided; after an edit or a send-back the one that takes its place. */
  gate: z.string().nullish(),
  state: z.string().nullish(),
  missing: z.array(z.string()).default([]),
});
export type DecisionAnswer = z.infer<typeof Answer>;

/** A decision as the API takes it. */
export interface Decision {
  readonly decision: 'approve' | 'deny' | 'edit' | 'send-back' | 'by-hand';
  readonly digest: string;
  readonly option?: string;
  readonly reason?: string;
  readonly args?: Record<string, unknown>;
  readonly action?: number;
  /** Items of a batch that an approval does not cover. */
  readonly without?: readonly string[];
}

/** The gate as it is now; what is shown of it is what the decision's digest is taken from. */
export const readGate = (client: ApiClient, id: string): Promise<GateView> =>
  client.get(`/api/gates/${encodeURIComponent(id)}`, GateView);

/** The option that is shown first: the recommended one, or the only one. */
export const firstOption = ({ options }: GateView): OptionView | undefined =>
  options.find((option) => option.recommended) ?? options[0];

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

/** A path of a page in what the server says, as an address that a browser takes passkeys from. */
function withAddress(message: string, url: string): string {
  const base = url.replace(/^http:\/\/(127\.0\.0\.1|\[::1\])(?=[:/]|$)/, 'http://localhost');
  return message.replaceAll(/(?<![\w/.])\/approve\/(g-\w+)/g, `${base}/approve/$1`);
}

/** Sends one decision on exactly the digest that was shown. Refusals reject with the server's reason. */
export async function decide(client: ApiClient, gate: GateView, decision: Decision): Promise<DecisionAnswer> {
  try {
    return await client.post(`/api/gates/${encodeURIComponent(gate.id)}/decisions`, decision, Answer);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(withAddress(error.message, client.url), error.exitCode, { cause: error });
  }
}

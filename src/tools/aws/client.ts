import { Failure } from '../../domain/failure.ts';
import type { Input, Operation, Output } from './operations.ts';
import type { PriceTable } from './price-table.ts';
import { accountMeant, type AwsSettings, nameOfConnection } from './settings.ts';
import type { Send } from './transport.ts';

/** More pages than this are not something to hold in memory: 500 volumes stand on one. */
const MAX_PAGES = 100;
/** Where global services are asked. */
const GLOBAL = new Set(['sts', 'ce']);

/** One account as the tools reach it. Every method throws only Failures, or the signal's reason. */
export interface AwsClient {
  readonly regions: readonly string[];
  readonly ownerTags: readonly string[];
  readonly keepTags: readonly string[];
  /** What things cost; reads the connection's own table on first use. */
  prices(): PriceTable;
  /** Who the credential is. Fails, naming both, when it is of another account than the connection is for. */
  identity(signal: AbortSignal): Promise<{ readonly account: string; readonly arn: string }>;
  /** One request, in a region of the connection. Nothing is asked with the credential of another account. */
  ask<O extends Operation>(region: string, operation: O, input: Input<O>, signal: AbortSignal): Promise<Output<O>>;
  /** All pages, or a failure: never some of them. `next` names the field of the answer that has the following page's token. */
  pages<O extends Operation>(
    region: string,
    operation: O,
    input: Input<O>,
    token: { readonly answer: keyof Output<O>; readonly ask: keyof Input<O> },
    signal: AbortSignal,
  ): Promise<Output<O>[]>;
}

/**
 * A list of an answer of EC2's, which is there even when nothing is in it: without it somebody else answered, or only in
 * part, and that nothing is there must never be read into it.
 */
export function listIn<T>(list: readonly T[] | undefined, what: string): readonly T[] {
  if (list === undefined) throw new Failure('stop.unsupported', `The answer has no list of ${what}; is this AWS?`);
  return list;
}

/** The client over a sender; `makeClient(settings, transportOf(settings), prices)` is the real one. */
export function makeClient(settings: AwsSettings, send: Send, prices: () => PriceTable): AwsClient {
  let known: { account: string; arn: string } | undefined;
  const first = settings.regions[0] ?? 'us-east-1';

  async function identity(signal: AbortSignal) {
    if (known !== undefined) return known;
    const { Account: account, Arn: arn } = await send(first, 'sts.GetCallerIdentity', {}, signal);
    if (account === undefined || arn === undefined)
      throw new Failure(
        'stop.unsupported',
        `AWS does not say whose the credential of ${nameOfConnection(settings)} is`,
      );
    const meant = accountMeant(settings);
    if (meant !== undefined && meant !== account)
      throw new Failure(
        'stop.forbidden',
        `${nameOfConnection(settings)} is for account ${meant}, and its credential is of account ${account} (${arn}); nothing was asked with it`,
      );
    known = { account, arn };
    return known;
  }

  const ask: AwsClient['ask'] = async (region, operation, input, signal) => {
    if (!GLOBAL.has(operation.split('.')[0] ?? '') && !settings.regions.includes(region))
      throw new Failure(
        'stop.invalid-input',
        `${nameOfConnection(settings)} is for ${settings.regions.join(', ')}, not for ${region}`,
      );
    await identity(signal);
    return await send(region, operation, input, signal);
  };

  return {
    regions: settings.regions,
    ownerTags: settings.ownerTags,
    keepTags: settings.keepTags,
    prices,
    identity,
    ask,
    async pages(region, operation, input, token, signal) {
      const all = [];
      let next: unknown;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer = await ask(
          region,
          operation,
          next === undefined ? input : { ...input, [token.ask]: next },
          signal,
        );
        all.push(answer);
        next = answer[token.answer] || undefined;
        if (next === undefined) return all;
      }
      throw new Failure('stop.unsupported', `${operation} in ${region} has over ${MAX_PAGES} pages; ask for less`);
    },
  };
}

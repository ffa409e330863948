import { countText } from '../../domain/count-text.ts';
import { sumsOf } from '../../domain/money.ts';
import { defineRunbook, type List, type ManyResult, type RunContext, wavesOf } from '../../sdk/runbook.ts';
import { tryRead } from '../engine/read.ts';
import { UnattachedVolumesInput } from './unattached-volumes-input.ts';
import {
  checksOf,
  diagnosis,
  foundText,
  ownersText,
  savedText,
  savingsSource,
  unread,
} from './unattached-volumes-words.ts';

const TOOL = 'aws.snapshot_and_delete_volume';

/** One look: a region of an account. */
interface Place {
  readonly account: string;
  readonly region: string;
}

const nameOf = ({ account, region }: Place): string => `${account} ${region}`;

/** Where to look: each account in its own regions, or in those that were named. An account that cannot be asked is named. */
async function placesOf(context: RunContext, { accounts, regions }: UnattachedVolumesInput) {
  const known = context.connections('aws');
  const wanted = accounts.length === 0 ? known : accounts;
  const identities = await context.gather(
    'the accounts',
    Object.fromEntries(wanted.map((account) => [account, tryRead('aws.identity', {}, { connection: account })])),
  );
  const places: Place[] = [];
  const unknown: string[] = [];
  for (const account of wanted) {
    const { facts, failure } = identities[account] ?? {};
    if (!facts) unknown.push(`${account}: ${failure ?? 'it is no connection to AWS'}`);
    else for (const region of regions.length === 0 ? facts.regions : regions) places.push({ account, region });
  }
  return { places, unknown };
}

/** Looks everywhere, side by side. What cannot be read is in the list's failures, and in every text about it. */
async function find(context: RunContext, input: UnattachedVolumesInput) {
  const { places, unknown } = await placesOf(context, input);
  const { minAgeDays } = input;
  const found = await context.collect(
    'volumes',
    Object.fromEntries(
      places.map((place) => [
        nameOf(place),
        tryRead('aws.unattached_volumes', { region: place.region, minAgeDays }, { connection: place.account }),
      ]),
    ),
  );
  return { places, found: { ...found, failures: [...unknown, ...found.failures] } };
}

const accountsOf = (list: List): string[] => [...new Set(list.places.map(({ connection }) => connection))];

/** After a month: what of it is still gone, and what that saves after what the snapshots cost. */
async function measure(context: RunContext, acted: NonNullable<ManyResult['acted']>, done: List, deletedAt: string) {
  const looks = await context.gather(
    'what was saved',
    Object.fromEntries(
      accountsOf(done).map((account) => [
        account,
        tryRead('aws.volume_savings', { list: done.name, deletedAt }, { connection: account }),
      ]),
    ),
  );
  const seen = Object.values(looks).flatMap(({ facts }) => facts ?? []);
  const missing = Object.entries(looks).flatMap(([account, { failure }]) =>
    failure === undefined ? [] : [`${account}: ${failure}`],
  );
  const realised = sumsOf(seen.flatMap(({ saved }) => saved));
  await context.recordSavings(acted, realised, savingsSource(seen));
  const unseen = missing.length === 0 ? '' : ` Not looked at: ${missing.join('; ')}.`;
  return `${savedText(acted, realised, seen)}${unseen}`;
}

/** Cost: volumes that are attached to nothing, deleted after their owners were asked and somebody approved exactly the list. */
export const unattachedVolumes = defineRunbook({
  name: 'cost/unattached-volumes',
  version: 1,
  title: 'Unattached volumes',
  description:
    'Finds EBS volumes that are attached to nothing across accounts and regions, says what they cost, asks their owners, and ' +
    'asks for one approval of exactly what is left. Deletes in waves, each volume after a snapshot that it can be made again ' +
    'from; verifies that nothing refers to them, and looks again after a month what was really saved.',
  input: UnattachedVolumesInput,
  tools: [
    'aws.identity',
    'aws.unattached_volumes',
    'aws.volume_references',
    'aws.volume_savings',
    'aws.snapshot_and_delete_volume',
  ],
  fromAlert: null,
  target: 'unattached volumes',
  limits: { turns: 1, tokens: 1, repairs: 0 },

  async run(context, input) {
    const { places, found } = await find(context, input);
    if (found.count === 0) {
      const outcome = found.failures.length === 0 ? 'nothing-wrong' : 'inconclusive';
      return { outcome, summary: `No volume is left over.${unread(found)}` };
    }
    await context.note('found', foundText(found, places.length));
    const { grace, remind } = input;
    const left = input.ask
      ? await context.askOwners(found, 'left', { grace, remind, what: ownersText(grace) })
      : await context.remaining(found, 'left');
    if (left.count === 0)
      return {
        outcome: 'nothing-wrong',
        summary: `${foundText(found, places.length)} All of them are kept or excepted.`,
      };

    const result = await context.actOnMany(left, {
      plan: { diagnosis: diagnosis(found, left, places.length, left.sources), confidence: 'high', evidence: [] },
      title: `Delete ${countText(left.count, 'unattached volume')}, each after a snapshot`,
      why: 'A snapshot costs less than the volume, and the volume can be made again from it.',
      tool: TOOL,
      waves: wavesOf(input),
      stabilise: input.stabilise,
      verify: async (done) => {
        const looks = await context.gather(
          'verification',
          Object.fromEntries(
            accountsOf(done).map((account) => [
              account,
              tryRead('aws.volume_references', { list: done.name }, { connection: account }),
            ]),
          ),
        );
        return Object.entries(looks).flatMap(([account, { facts, failure }]) => checksOf(account, facts, failure));
      },
    });
    const { acted } = result;
    if (!acted?.done || acted.done.count === 0 || acted.counts.undone > 0) return result;
    const deletedAt = context.now().toISOString();
    await context.note('waiting', `${result.summary} In ${input.recheck} it is looked at what was really saved.`);
    await context.sleep(input.recheck);
    const saved = await measure(context, acted, acted.done, deletedAt);
    return { outcome: result.outcome, summary: `${result.summary} ${saved}` };
  },
});

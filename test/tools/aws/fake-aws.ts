import type { z } from 'zod';
import type { ListItem } from '../../../src/domain/list-item.ts';
import type { ToolContext } from '../../../src/sdk/define-tool.ts';
import { awsFailure } from '../../../src/tools/aws/aws-failure.ts';
import { type AwsClient, makeClient } from '../../../src/tools/aws/client.ts';
import type { Input, Operation, Output } from '../../../src/tools/aws/operations.ts';
import { type PriceTable, readPriceTable } from '../../../src/tools/aws/price-table.ts';
import { AwsSettings, nameOfConnection } from '../../../src/tools/aws/settings.ts';
import type { Send } from '../../../src/tools/aws/transport.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** What each operation answers, by a test's own script; `$metadata` may be left out. */
export type Script = {
  [O in Operation]?: (
    input: Input<O>,
    region: string,
  ) => Omit<Output<O>, '$metadata'> | Promise<Omit<Output<O>, '$metadata'>>;
};

export interface FakeAws {
  readonly client: AwsClient;
  /** Operations that were asked, in order, but for whose credential it is. */
  readonly asked: { operation: Operation; region: string; input: unknown }[];
  /** The script can be changed while a test goes on. */
  readonly script: Script;
}

/** A client whose sender is a script: for what no server can be made to do on demand. What is not in it answers nothing. */
export function fakeAws(
  script: Script,
  { prices = readPriceTable, ...more }: Partial<z.input<typeof AwsSettings>> & { prices?: () => PriceTable } = {},
): FakeAws {
  const settings = AwsSettings.parse({ name: 'prod', account: ACCOUNT, regions: [REGION, 'us-east-1'], ...more });
  const all: Script = {
    'sts.GetCallerIdentity': () => ({ Account: ACCOUNT, Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/belay/belay-prod` }),
    ...script,
  };
  const asked: FakeAws['asked'] = [];
  const send: Send = async (region, operation, input, signal) => {
    signal.throwIfAborted();
    if (operation !== 'sts.GetCallerIdentity') asked.push({ operation, region, input });
    const answer = all[operation];
    try {
      return { $metadata: {}, ...(await answer?.(input, region)) } as Output<typeof operation>;
    } catch (error) {
      throw awsFailure(error, { operation, region, connection: nameOfConnection(settings) });
    }
  };
  let table: PriceTable | undefined;
  return { client: makeClient(settings, send, () => (table ??= prices())), asked, script: all };
}

/** A refusal as the SDK throws it: AWS's code is its name. */
export function awsError(
  code: string,
  status = 400,
  message = `because of ${code}`,
  headers: Record<string, string> = {},
): Error {
  return Object.assign(new Error(message), {
    name: code,
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers },
  });
}

/** A context with one of the run's lists. */
export function contextWith(
  client: AwsClient,
  { items, now = '2026-11-27T12:00:00Z' }: { items?: readonly ListItem[]; now?: string } = {},
): ToolContext<AwsClient> {
  return {
    client,
    connection: 'prod',
    signal: AbortSignal.timeout(30_000),
    now: () => new Date(now),
    ...(items === undefined ? {} : { list: async () => items }),
  };
}

/** An object's content as the SDK hands it out. */
export const bodyOf = (text: string) => ({ transformToString: async () => text });

/** A volume as EC2 describes it. */
export const volume = (id: string, more: object = {}) => ({
  VolumeId: id,
  AvailabilityZone: `${REGION}a`,
  VolumeType: 'gp3' as const,
  Size: 100,
  Iops: 3000,
  Throughput: 125,
  State: 'available' as const,
  Encrypted: false,
  CreateTime: new Date('2026-01-01T00:00:00Z'),
  Attachments: [],
  Tags: [] as { Key: string; Value: string }[],
  ...more,
});

/** A snapshot as EC2 describes it. */
export const snapshot = (id: string, volumeId: string, more: object = {}) => ({
  SnapshotId: id,
  VolumeId: volumeId,
  VolumeSize: 100,
  State: 'completed' as const,
  Progress: '100%',
  StartTime: new Date('2026-11-27T12:00:00Z'),
  Tags: [{ Key: 'belay:action', Value: 'r-00000000/1' }],
  ...more,
});

/** A list's item about a resource. */
export const itemOf = (kind: 'volume' | 'bucket', id: string, more: Partial<ListItem> = {}): ListItem => ({
  key: `aws:${ACCOUNT}/${REGION}/${kind}/${id}`,
  title: `${kind} ${id}`,
  connection: 'prod',
  owner: null,
  money: null,
  facts: {},
  action: null,
  ...more,
});

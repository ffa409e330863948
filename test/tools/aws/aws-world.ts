import { randomBytes } from 'node:crypto';
import { CreateVolumeCommand, EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { z } from 'zod';
import { Preview } from '../../../src/domain/action.ts';
import type { Execution, ToolContext, ToolPreview, WriteTool } from '../../../src/sdk/define-tool.ts';
import type { AwsClient } from '../../../src/tools/aws/client.ts';
import { connectAws } from '../../../src/tools/aws/connect.ts';
import { AwsSettings } from '../../../src/tools/aws/settings.ts';
import { MOTO_CREDENTIALS } from '../../support/start-moto.ts';

export const PROD = '111122223333';
export const STAGING = '222233334444';
export const REGIONS = ['eu-west-1', 'us-east-1'] as const;

/** A connection's settings to an account of a moto server, by its role. */
export const settingsFor = (
  url: string,
  account: string,
  more: Partial<z.input<typeof AwsSettings>> = {},
): AwsSettings =>
  AwsSettings.parse({
    name: account === PROD ? 'prod' : 'staging',
    account,
    role: `arn:aws:iam::${account}:role/belay`,
    regions: [...REGIONS],
    endpoint: url,
    ...more,
  });

/** What a tool gets from its worker. */
export function contextOf(client: AwsClient, more: Partial<ToolContext<AwsClient>> = {}): ToolContext<AwsClient> {
  return { client, connection: 'prod', signal: AbortSignal.timeout(60_000), now: () => new Date(), ...more };
}

export const contextFor = (url: string, account: string, more: Partial<z.input<typeof AwsSettings>> = {}) =>
  contextOf(connectAws(settingsFor(url, account, more)), { connection: account === PROD ? 'prod' : 'staging' });

/** Somebody else with rights in an account: makes and changes what the tools then find. */
export function somebody(url: string, account: string, region: string = REGIONS[0]) {
  const config = { region, endpoint: url, credentials: MOTO_CREDENTIALS };
  const credentials = fromTemporaryCredentials({
    masterCredentials: MOTO_CREDENTIALS,
    params: { RoleArn: `arn:aws:iam::${account}:role/somebody`, RoleSessionName: 'somebody' },
    clientConfig: config,
  });
  const ec2 = new EC2Client({ ...config, credentials });
  return {
    ec2,
    /** Makes a volume and gives its id. */
    async volume(tags: Readonly<Record<string, string>> = {}, more: object = {}): Promise<string> {
      const Tags: Tag[] = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { VolumeId = '' } = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: `${region}a`,
          Size: 100,
          VolumeType: 'gp3',
          ...more,
          ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: 'volume', Tags }] }),
        }),
      );
      return VolumeId;
    },
  };
}

/** Another action each time, so that tests on one server do not find each other's marks. */
export const newActionId = (): string => `r-${[...randomBytes(8)].map((byte) => 'abcdefgh'[byte % 8]).join('')}/1`;

/** What an approved attempt would get, of what a preview said; checks that the authority would take the preview. */
export function approved<I extends z.ZodType>(
  tool: WriteTool<string, I, AwsClient>,
  args: z.output<I>,
  preview: ToolPreview,
  actionId: string = newActionId(),
): Execution {
  const { risk, reversible, safeToRepeat } = tool;
  const hash = `sha256:${'0'.repeat(64)}`;
  Preview.parse({ ...preview, tool: tool.name, toolSchemaHash: hash, args, risk, reversible, safeToRepeat });
  const { precondition, preState } = preview;
  return { actionId, idempotencyKey: `${actionId} ${hash}`, precondition, preState, postState: null };
}

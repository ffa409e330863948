import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { at } from '../../../sandbox/http/json-path.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The real SDK's clients, without retries of their own. */
export interface Clients {
  readonly sts: STSClient;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly cloudWatch: CloudWatchClient;
  readonly costs: CostExplorerClient;
}

export function clientsWith(endpoint: string, credentials: Keys, region = 'eu-west-1'): Clients {
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    sts: new STSClient(settings),
    ec2: new EC2Client(settings),
    s3: new S3Client(settings),
    cloudWatch: new CloudWatchClient(settings),
    costs: new CostExplorerClient(settings),
  };
}

/** Clients with the role `belay` of an account, as Belay takes it on. */
export async function clientsOf(aws: SandboxAws, name: 'prod' | 'dev', region = 'eu-west-1'): Promise<Clients> {
  const { role: RoleArn, externalId: ExternalId } = aws.accounts[name];
  const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ...(ExternalId && { ExternalId }) });
  const { Credentials: got } = await clientsWith(aws.endpoint, aws.credentials).sts.send(asked);
  if (!got?.AccessKeyId || !got.SecretAccessKey || !got.SessionToken) throw new Error('AssumeRole gave no credentials');
  const keys = { accessKeyId: got.AccessKeyId, secretAccessKey: got.SecretAccessKey, sessionToken: got.SessionToken };
  return clientsWith(aws.endpoint, keys, region);
}

/** AWS's code and HTTP status of a call that is refused. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; message: string }> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw error;
  const status = at(error, ['$metadata', 'httpStatusCode']);
  if (typeof status !== 'number') throw error;
  return { code: error.name, status, message: error.message };
}

import { Failure } from '../../domain/failure.ts';
import { awsFailure } from './aws-failure.ts';
import type { Input, Operation, Output } from './operations.ts';
import { type AwsSettings, nameOfConnection } from './settings.ts';

/** One request may take this long; a tool makes a handful, within its own timeout. */
const REQUEST_MS = 15_000;

/** Sends one request to one region with the connection's credential. Throws only Failures, or the signal's reason. */
export type Send = <O extends Operation>(
  region: string,
  operation: O,
  input: Input<O>,
  signal: AbortSignal,
) => Promise<Output<O>>;

/** As much of an SDK client as is used here. */
interface SdkClient {
  send(command: unknown, options: { abortSignal: AbortSignal }): Promise<unknown>;
}
type SdkModule = Readonly<Record<string, new (argument: unknown) => unknown>>;

/** Loaded on first use: together they are some 80 MB, which a process without this system would carry for nothing. */
const SERVICES: Readonly<Record<string, { load: () => Promise<unknown>; client: string }>> = {
  sts: { load: () => import('@aws-sdk/client-sts'), client: 'STSClient' },
  ec2: { load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client' },
  s3: { load: () => import('@aws-sdk/client-s3'), client: 'S3Client' },
  cloudwatch: { load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient' },
  ce: { load: () => import('@aws-sdk/client-cost-explorer'), client: 'CostExplorerClient' },
};

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The sender of one connection, by the SDK: it signs, assumes the role, finds the endpoint, and never retries. */
export function transportOf(settings: AwsSettings, timeoutMs: number = REQUEST_MS): Send {
  const { role, externalId, endpoint, name } = settings;
  // An endpoint of one's own has no name for each bucket.
  const own = endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  const common = {
    maxAttempts: 1,
    logger: silent,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  const credentials = async (region: string) => {
    if (role === undefined) return {};
    const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
    const session = `belay-${(name ?? 'connection').replaceAll(/[^\w+=,.@-]/g, '-')}`.slice(0, 64);
    const params = {
      RoleArn: role,
      RoleSessionName: session,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    };
    return { credentials: fromTemporaryCredentials({ params, clientConfig: { ...common, region } }) };
  };
  const clients = new Map<string, Promise<{ client: SdkClient; sdk: SdkModule }>>();
  const make = async (service: string, region: string) => {
    const known = SERVICES[service];
    if (known === undefined) throw new TypeError(`no AWS service ${service}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the SDK's modules are classes by name; Operations types each call
    const sdk = (await known.load()) as SdkModule;
    const style = service === 's3' ? { forcePathStyle: own !== undefined } : {};
    const Client = classOf(sdk, known.client);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    return { client: new Client({ ...common, ...style, ...(await credentials(region)), region }) as SdkClient, sdk };
  };

  return async (region, operation, input, signal) => {
    const [service = '', verb = ''] = operation.split('.');
    const key = `${service} ${region}`;
    const made = clients.get(key) ?? make(service, region);
    clients.set(key, made);
    const { client, sdk } = await made;
    const Command = classOf(sdk, `${verb}Command`);
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one cast from the wire to a type: the SDK answers the type of the command
      return (await client.send(new Command(input), { abortSignal: within })) as Output<typeof operation>;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = within.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error;
      throw awsFailure(cause, { operation, region, connection: nameOfConnection(settings) });
    }
  };
}

function classOf(sdk: SdkModule, name: string): SdkModule[string] {
  const found = sdk[name];
  if (found === undefined) throw new Failure('stop.unsupported', `The AWS SDK here has no ${name}`);
  return found;
}

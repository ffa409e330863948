import { existsSync } from 'node:fs';
import { bad, type DoctorLine, note, ok } from '../domain/doctor-line.ts';
import type { Configuration } from '../platform/configuration/configuration.ts';
import { schemaState } from '../platform/database/schema-state.ts';
import { reasonOf } from '../platform/problem.ts';
import { connectTemporal, temporalAddress } from '../platform/temporal/temporal-connection.ts';
import { aws } from '../tools/aws/index.ts';
import { kubernetes } from '../tools/kubernetes/index.ts';
import { awsConnections } from './compose/aws-connections.ts';
import { folderLine } from './compose/bundle-line.ts';
import { peopleLine } from './compose/people-line.ts';
import { scheduleLine } from './compose/schedule-line.ts';

type Check = (configuration: Configuration) => Promise<Omit<DoctorLine, 'what'>>;

/** An answer of any kind: whether it lets us in is the owner's to say, with a token that is not ours to send around. */
async function answers(url: string): Promise<Omit<DoctorLine, 'what'>> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: 'manual' });
  return status < 500 ? ok(`${new URL(url).host} answers`) : bad(`${url} answers ${status}`);
}

const CHECKS: readonly (readonly [what: string, check: Check])[] = [
  [
    'database',
    async ({ DATABASE_URL: url }) => {
      if (url === undefined) return note('embedded; DATABASE_URL names another');
      const { missing, unknown } = await schemaState(url);
      if (missing.length > 0) return bad(`lacks ${missing.join(', ')}; run belay migrate`);
      if (unknown.length > 0) return bad(`was made by a newer Belay (${unknown.join(', ')})`);
      return ok(`${new URL(url).host} answers and is up to date`);
    },
  ],
  [
    'Temporal',
    async (configuration) => {
      const address = temporalAddress(configuration);
      if (!address) return note('embedded; TEMPORAL_ADDRESS names another');
      const connection = await connectTemporal(address, 5000);
      try {
        await connection.workflowService.describeNamespace({ namespace: configuration.TEMPORAL_NAMESPACE });
        const codec =
          configuration.BELAY_PAYLOAD_KEY_FILE === undefined ? 'payloads are plain' : 'payloads are encrypted';
        return ok(`${address.address} answers, namespace ${configuration.TEMPORAL_NAMESPACE}; ${codec}`);
      } finally {
        await connection.close();
      }
    },
  ],
  [
    'Slack',
    async ({ SLACK_BOT_TOKEN: token, SLACK_API_URL: url = 'https://slack.com/api', BELAY_SLACK_CHANNEL: channel }) => {
      if (token === undefined) return note('not configured; decide by CLI or browser');
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${url}/auth.test`, { method: 'POST', headers, signal: AbortSignal.timeout(5000) });
      const body: unknown = await response.json();
      const said =
        typeof body === 'object' && body !== null ? new Map<string, unknown>(Object.entries(body)) : new Map();
      if (said.get('ok') !== true) return bad(`refuses the bot token (${String(said.get('error'))})`);
      return channel === undefined
        ? bad('answers, but BELAY_SLACK_CHANNEL is not set: no card is posted')
        : ok(`knows us as ${String(said.get('user'))} in ${String(said.get('team'))}`);
    },
  ],
  [
    'model',
    async ({ BELAY_MODEL: model, OPENAI_BASE_URL: url = 'https://api.openai.com/v1' }) =>
      model === undefined ? note('none; written rules propose') : await answers(`${url}/models`),
  ],
  [
    'cluster',
    async ({ KUBECONFIG: path }) =>
      path === undefined
        ? note('none; KUBECONFIG names one')
        : path.split(':').some((one) => existsSync(one))
          ? await clusterAnswers(path)
          : bad(`${path} is not there`),
  ],
  [
    'Prometheus',
    async ({ PROMETHEUS_URL: url }) => (url === undefined ? note('none') : await answers(`${url}/-/ready`)),
  ],
  ['AWS', async (configuration) => await accountsAnswer(configuration)],
  ['policy folder', (configuration) => folderLine(configuration)],
  ['approvers', async (configuration) => peopleLine(configuration)],
  ['schedules', (configuration) => scheduleLine(configuration)],
];

async function clusterAnswers(path: string): Promise<Omit<DoctorLine, 'what'>> {
  const client = kubernetes.connect(kubernetes.settings.parse({ kubeconfig: path }));
  return ok(`answers; its uid is ${await client.clusterUid(AbortSignal.timeout(5000))}`);
}

/** Each connection says whose it is, or why it cannot; one that reaches another account than its own is one that cannot. */
async function accountsAnswer(configuration: Configuration): Promise<Omit<DoctorLine, 'what'>> {
  const connections = Object.entries(awsConnections(configuration));
  if (connections.length === 0) return note('none; BELAY_AWS_ACCOUNTS names accounts, or AWS_REGION one region');
  const told = await Promise.all(
    connections.map(async ([name, settings]) => {
      try {
        const { account } = await aws.connect(aws.settings.parse(settings)).identity(AbortSignal.timeout(10_000));
        return { well: true, words: `${name} is account ${account}` };
      } catch (error) {
        return { well: false, words: reasonOf(error) };
      }
    }),
  );
  const words = told.map((each) => each.words).join('; ');
  return told.every(({ well }) => well) ? ok(words) : bad(words);
}

/** Asks every part that the configuration names, all at once; what fails is a line and not an error. */
export async function doctorLines(configuration: Configuration): Promise<DoctorLine[]> {
  return await Promise.all(
    CHECKS.map(async ([what, check]) => {
      try {
        return { what, ...(await check(configuration)) };
      } catch (error) {
        return { what, ...bad(reasonOf(error)) };
      }
    }),
  );
}

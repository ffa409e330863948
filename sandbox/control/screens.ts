import pc from 'picocolors';
import type { Sandbox } from '../start-sandbox.ts';
import type { SandboxStatus } from '../status.ts';

const row = (name: string, ...rest: string[]): string => `  ${pc.dim(name.padEnd(13))}${rest.join('  ')}`;

const percent = (ratio: number | null): string =>
  ratio === null ? 'no requests' : `${(ratio * 100).toFixed(1)} % errors`;

function alertLine({ alert, webhook }: SandboxStatus): string {
  const last = webhook?.last;
  const told = last ? `, last told ${last.status}: ${last.code ?? last.error ?? 'waiting for an answer'}` : '';
  return `HighErrorRate ${alert}${told}`;
}

/** What `status` prints. */
export function statusScreen(status: SandboxStatus): string {
  const deployments = status.deployments.map(({ name, image, revision, ready, desired, restarts }) => {
    const count = `${ready}/${desired} ready`;
    const tag = image.split(':').at(-1) ?? '';
    const trouble = restarts > 0 ? pc.yellow(`${restarts} restarts`) : '';
    return row(
      name,
      (ready === desired ? pc.green : pc.red)(count),
      `${tag} (revision ${revision})`,
      trouble,
    ).trimEnd();
  });
  return [
    row('story', status.story ?? 'none: all is well'),
    ...deployments,
    row('checkout', percent(status.errorRatio)),
    row('alert', alertLine(status)),
  ].join('\n');
}

/** The one screen of a sandbox that has started. */
export function startScreen(sandbox: Sandbox, port: number | undefined): string {
  const { webhook, deployments } = sandbox.status();
  const more = port === undefined ? '' : ` --port ${port}`;
  return [
    '',
    `${pc.bold('The sandbox is up')}: a small shop that can really fail. Ctrl-C stops it and leaves nothing.`,
    '',
    row('shop', deployments.map(({ name, ready, desired }) => `${name} ${ready}/${desired}`).join(' · ')),
    row('cluster', `KUBECONFIG=${sandbox.kubeconfig}`),
    row('Prometheus', sandbox.prometheus),
    row('Alertmanager', sandbox.alertmanager),
    row('webhook', webhook?.url ?? 'none: alerts are posted nowhere (--webhook <url>)'),
    sandbox.slack
      ? row('Slack', sandbox.slack.page, `sign-in code ${pc.bold(sandbox.slack.code)}`)
      : row('Slack', 'none: it needs to know where Belay is (--belay <url>)'),
    row('AWS', sandbox.aws.endpoint, `accounts ${Object.keys(sandbox.aws.accounts).join(' and ')}`),
    '',
    row('break it', `npm run sandbox -- break bad-deploy${more}`),
    row('heal it', `npm run sandbox -- heal${more}`),
    row('look', `npm run sandbox -- status${more}`),
    '',
  ].join('\n');
}

/** The one line of `--json`. */
export const startJson = (sandbox: Sandbox): string =>
  JSON.stringify({
    kubeconfig: sandbox.kubeconfig,
    cluster: sandbox.cluster,
    prometheus: sandbox.prometheus,
    alertmanager: sandbox.alertmanager,
    control: sandbox.control,
    ...(sandbox.slack && { slack: sandbox.slack.page, slackCode: sandbox.slack.code }),
    slackEnv: sandbox.slack?.env ?? {},
    aws: sandbox.aws.endpoint,
    awsEnv: sandbox.aws.env,
  });

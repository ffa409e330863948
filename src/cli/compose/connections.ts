import type { ConnectionSettings } from '../../activities/connections.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { awsConnections } from './aws-connections.ts';
import { scannerSources } from './scanner-sources.ts';

/**
 * The connections that the environment names, each called `default`; AWS accounts and scanners by their own names. What is
 * not configured is not there.
 * @throws CliError (exit 2) when the file of accounts or of scanners does not hold.
 */
export function connectionSettings(configuration: Configuration): ConnectionSettings {
  const { KUBECONFIG, PROMETHEUS_URL, ALERTMANAGER_URL, GITHUB_TOKEN, GITHUB_API_URL, BELAY_SCANNERS } = configuration;
  const aws = awsConnections(configuration);
  return {
    ...(KUBECONFIG === undefined ? {} : { kubernetes: { default: { kubeconfig: KUBECONFIG } } }),
    ...(PROMETHEUS_URL === undefined
      ? {}
      : {
          prometheus: {
            default: {
              url: PROMETHEUS_URL,
              ...(ALERTMANAGER_URL === undefined ? {} : { alertmanager: ALERTMANAGER_URL }),
            },
          },
        }),
    ...(GITHUB_TOKEN === undefined ? {} : { github: { default: { token: GITHUB_TOKEN, apiUrl: GITHUB_API_URL } } }),
    ...(Object.keys(aws).length === 0 ? {} : { aws }),
    ...(BELAY_SCANNERS === undefined ? {} : { scanner: scannerSources(BELAY_SCANNERS) }),
  };
}

/** Names only, for the manifest. */
export const connectionNames = (settings: ConnectionSettings): Record<string, string[]> =>
  Object.fromEntries(Object.entries(settings).map(([system, named]) => [system, Object.keys(named)]));

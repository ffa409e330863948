import type { ConnectionSettings } from '../../activities/connections.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';

/** The connections that the environment names, each called `default`. What is not configured is not there. */
export function connectionSettings(configuration: Configuration): ConnectionSettings {
  const { KUBECONFIG, PROMETHEUS_URL, ALERTMANAGER_URL, GITHUB_TOKEN, GITHUB_API_URL } = configuration;
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
  };
}

/** Names only, for the manifest. */
export const connectionNames = (settings: ConnectionSettings): Record<string, string[]> =>
  Object.fromEntries(Object.entries(settings).map(([system, named]) => [system, Object.keys(named)]));

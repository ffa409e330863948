import { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { type KubernetesClient, makeClient } from './client.ts';
import { transportOf } from './transport.ts';

/** One connection: a kubeconfig file and, when it is not the current one, the context in it. */
export const KubernetesSettings = z.strictObject({
  kubeconfig: z.string().min(1),
  context: z.string().min(1).optional(),
});
export type KubernetesSettings = z.infer<typeof KubernetesSettings>;

/** Makes the client. Reads the kubeconfig, asks the cluster nothing. Throws `stop.invalid-input` naming the file or the context. */
export function connectKubernetes(settings: KubernetesSettings): KubernetesClient {
  const config = new KubeConfig();
  try {
    config.loadFromFile(settings.kubeconfig);
  } catch (error) {
    const why = oneLine(error instanceof Error ? error.message : String(error), 300);
    throw new Failure('stop.invalid-input', `Cannot use the kubeconfig ${settings.kubeconfig}: ${why}`);
  }
  if (settings.context !== undefined) config.setCurrentContext(settings.context);
  if (config.getCurrentCluster() === null) {
    const known = config.contexts.map(({ name }) => name).join(', ') || 'none';
    const wanted = config.currentContext || '(no current context)';
    throw new Failure(
      'stop.invalid-input',
      `The kubeconfig ${settings.kubeconfig} has no cluster for context ${wanted}; its contexts: ${known}`,
    );
  }
  return makeClient(transportOf(config));
}

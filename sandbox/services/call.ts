import { request } from 'node:http';

/** Calls another service by its cluster name, through the cluster's gateway. @throws when the gateway or the service does not answer, or with 5xx */
export function call(service: string, path: string, body: unknown): Promise<unknown> {
  const gateway = new URL(process.env['CLUSTER_GATEWAY'] ?? 'http://127.0.0.1:80');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: gateway.hostname, port: gateway.port, path, method: 'POST', headers: { host: service }, timeout: 2000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const code = response.statusCode ?? 500;
          if (code >= 500) reject(new Error(`${service}${path} answered ${code}`));
          else resolve(text === '' ? undefined : JSON.parse(text));
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${service}${path} did not answer within 2s`)));
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

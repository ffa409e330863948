import { Agent, request } from 'node:http';

/** Requests a second and what they ask: four of five orders are paid by card. */
const CALLS: { service: string; perSecond: number; path: (n: number) => string }[] = [
  { service: 'checkout', perSecond: 24, path: (n) => `/orders?order=o-${n}&pay=${n % 5 === 0 ? 'gift-card' : 'card'}` },
  { service: 'catalog', perSecond: 5, path: (n) => `/items?page=${n % 7}` },
];

function send(gateway: URL, agent: Agent, service: string, path: string): void {
  const options = {
    agent,
    host: gateway.hostname,
    port: gateway.port,
    path,
    method: 'POST',
    headers: { host: `${service}.shop.svc.cluster.local` },
    timeout: 5000,
  };
  const outgoing = request(options, (answer) => answer.resume());
  outgoing.on('timeout', () => outgoing.destroy());
  // A failed request is the failing system's business: it is counted where it failed.
  outgoing.on('error', () => undefined);
  outgoing.end();
}

/** Sends steady traffic to the gateway, whether or not it is answered. Returns its stop. */
export function startLoad(gatewayUrl: string): () => void {
  const gateway = new URL(gatewayUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let sent = 0;
  const timers = CALLS.map(({ service, perSecond, path }) =>
    setInterval(() => {
      sent += 1;
      send(gateway, agent, service, path(sent));
    }, 1000 / perSecond),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
    agent.destroy();
  };
}

/** A tools worker in a process of its own, as production has it: its connection, its token, the authority over HTTP. */
import { NativeConnection } from '@temporalio/worker';
import { createConnections } from '../../src/activities/connections.ts';
import { httpAuthority } from '../../src/authority/http-client.ts';
import { buildRegistry } from '../../src/tools/registry.ts';
import { startToolsWorkers } from '../../src/workers/tools-worker.ts';
import { quietTemporal } from '../support/quiet-temporal.ts';
import { roomSystem } from './room-tools.ts';

const given = (name: string): string => process.env[name] ?? '';

quietTemporal();
const connection = await NativeConnection.connect({ address: given('CHAOS_TEMPORAL') });
const registry = buildRegistry([roomSystem]);
const workers = await startToolsWorkers(
  { connection, namespace: 'default' },
  {
    authority: httpAuthority({ url: given('CHAOS_AUTHORITY'), token: given('CHAOS_TOKEN') }),
    connections: createConnections(registry, { lamp: { default: { url: given('CHAOS_ROOM') } } }),
    publicKeyPem: given('CHAOS_KEY'),
    now: () => new Date(),
  },
);
process.stdout.write('ready\n');
await Promise.all(workers.map(({ ended }) => ended));

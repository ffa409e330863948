import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import type { Alert } from '../../src/domain/alert.ts';
import { checkRoutes } from '../../src/intake/check-routes.ts';
import { DEFAULT_ROUTES, parseRoutes, readRoutes, routeFor } from '../../src/intake/routes.ts';
import { manifest } from '../api/fake-doors.ts';

const alert = (labels: Record<string, string>): Alert => ({
  source: 'alertmanager',
  fingerprint: 'f',
  group: 'g',
  status: 'firing',
  labels,
  annotations: {},
  startsAt: '2026-01-02T03:04:05.000Z',
  endsAt: null,
  generatorUrl: null,
});
const table = (text: string) => parseRoutes(text, 'routes.yaml');
const route = (body: string) => `routes:\n  - ${body.replaceAll('\n', '\n    ')}\n`;

describe('a route file', () => {
  test('the one that ships holds against the runbooks, observes, and acts only in the sandbox', () => {
    const shipped = readRoutes(DEFAULT_ROUTES);
    checkRoutes(shipped, manifest);
    const modes = shipped.routes.map(({ match, mode }) => [match['cluster'] ?? 'anywhere', mode]);
    expect(modes).toContainEqual(['belay-sandbox', 'propose']);
    expect(modes.filter(([where]) => where === 'anywhere').every(([, mode]) => mode === 'observe')).toBe(true);
    const sandbox = alert({ alertname: 'HighErrorRate', cluster: 'belay-sandbox', namespace: 'shop' });
    expect(routeFor(shipped, sandbox)).toEqual({
      runbook: 'remediation/bad-deploy',
      mode: 'propose',
      input: { window: '10s', stabilise: '12s' },
    });
    expect(routeFor(shipped, alert({ alertname: 'HighErrorRate', cluster: 'prod' }))?.mode).toBe('observe');
    expect(routeFor(shipped, alert({ alertname: 'Watchdog' }))).toBeUndefined();
  });

  test('the first route that matches wins, and all its labels must match', () => {
    const routes = table(`
routes:
  - match: { alertname: "High*", namespace: shop }
    runbook: a/one
  - match: { alertname: "*" }
    runbook: b/two
    mode: propose
`);
    expect(routeFor(routes, alert({ alertname: 'HighErrorRate', namespace: 'shop' }))).toEqual({
      runbook: 'a/one',
      mode: 'observe',
      input: {},
    });
    expect(routeFor(routes, alert({ alertname: 'HighErrorRate', namespace: 'x' }))?.runbook).toBe('b/two');
    expect(routeFor(routes, alert({ namespace: 'shop' }))).toBeUndefined();
  });

  test('a label named like a member of every object matches only when it is there', () => {
    const routes = table(route('match: { constructor: "*" }\nrunbook: a/one'));
    expect(routeFor(routes, alert({ alertname: 'x' }))).toBeUndefined();
    expect(routeFor(routes, alert({ constructor: 'x' }))).toBeDefined();
  });

  test.each([
    ['nothing', '', /^routes.yaml:1: the file/],
    ['no list', 'routes: {}', /routes.yaml:1: routes/],
    ['a route without a match', route('runbook: a/one'), /routes.yaml:2: routes\.0\.match/],
    ['an empty match', route('match: {}\nrunbook: a/one'), /:2: routes\.0\.match: names no label/],
    [
      'a number where a string is due',
      route('match: { code: 500 }\nrunbook: a/one'),
      /:2: routes\.0\.match\.code: must be a string.*quotes/,
    ],
    ['an unknown mode', route('match: { a: b }\nrunbook: a/one\nmode: execute'), /:4: routes\.0\.mode/],
    [
      'yes, which YAML 1.2 does not take for true',
      route('match: { a: b }\nrunbook: a/one\nmode: yes'),
      /:4: routes\.0\.mode/,
    ],
    ['an unknown field', route('match: { a: b }\nrunbook: a/one\nrunbok: x'), /runbok/],
    ['the same key twice', 'routes: []\nroutes: []', /:2: Map keys must be unique/],
    ['a tab for indentation', 'routes:\n\t- match: {}', /:2: Tabs are not allowed/],
    ['two documents', 'routes: []\n---\nroutes: []', /multiple documents/],
    ['an unknown tag', 'routes: !!js/function "x"', /:1: Unresolved tag/],
    ['an alias bomb', 'a: &a [x,x]\nb: &b [*a,*a]\nroutes: [*b,*b]', /aliases/],
  ])('%s is refused with its line', (_what, text, message) => {
    expect(() => table(text)).toThrow(message);
  });

  test('every problem is in one message', () => {
    const text = 'routes:\n  - match: { a: 1 }\n    runbook: x/y\n  - match: { a: b }\n    mode: no\n';
    expect(() => table(text)).toThrow(/:2: .*\n.*:5: .*mode|:2: .*\n.*runbook/);
  });

  test('a file that cannot be read, or is far too large, is said by its name', () => {
    expect(() => readRoutes('/nowhere/routes.yaml')).toThrow('/nowhere/routes.yaml: it cannot be read');
    const folder = mkdtempSync(join(tmpdir(), 'routes-'));
    try {
      const file = join(folder, 'large.yaml');
      writeFileSync(file, `# ${'x'.repeat(300_000)}\nroutes: []\n`);
      expect(() => readRoutes(file)).toThrow(/large\.yaml: larger than/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a route table against the runbooks that exist', () => {
  const check = (body: string) => () => checkRoutes(table(route(body)), manifest);
  const match = 'match: { alertname: x }\n';

  test.each([
    [
      'an unknown runbook',
      'runbook: remediation/bad-deplyo',
      /routes.yaml:2: there is no runbook "remediation\/bad-deplyo"; known are remediation\/bad-deploy/,
    ],
    [
      'an unknown input field',
      'runbook: remediation/bad-deploy\ninput: { windw: 5m }',
      /input\.windw: remediation\/bad-deploy has no such field; it has namespace, workload, window/,
    ],
    ['an input of the wrong type', 'runbook: remediation/bad-deploy\ninput: { window: 5 }', /input\.window: /],
    [
      'an input that its pattern refuses',
      'runbook: remediation/bad-deploy\ninput: { window: "5 minutes" }',
      /input\.window: /,
    ],
    [
      'an input named like a member of every object',
      'runbook: remediation/bad-deploy\ninput: { constructor: x }',
      /input\.constructor: /,
    ],
  ])('%s is refused at start', (_what, body, message) => {
    expect(check(match + body)).toThrow(message);
  });

  test('a field that nobody gives is missed at start and not at three in the morning', () => {
    const [runbook] = manifest.runbooks;
    const unmapped = {
      ...manifest,
      runbooks: runbook ? [{ ...runbook, fromAlert: { workload: ['deployment'] } }] : [],
    };
    const routes = table(route(`${match}runbook: remediation/bad-deploy`));
    expect(() => checkRoutes(routes, unmapped)).toThrow(/input\.namespace: .* needs it, and neither/);
  });

  test('what fits passes', () => {
    expect(check(`${match}runbook: remediation/bad-deploy\ninput: { window: 10s }`)).not.toThrow();
  });
});

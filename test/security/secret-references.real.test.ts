import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { createConnections } from '../../src/activities/connections.ts';
import { createSecrets } from '../../src/activities/secrets.ts';
import { createToolActivities } from '../../src/activities/tool-activities.ts';
import type { CarryOutRequest, PreviewRequest, ToolActivities } from '../../src/activities/wire.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { Manifest } from '../../src/domain/manifest.ts';
import { defineSystem } from '../../src/sdk/define-system.ts';
import { defineTool } from '../../src/sdk/define-tool.ts';
import { buildRegistry, toolEntry } from '../../src/tools/registry.ts';
import { ANN, type AuthorityFixture, BOB, optionOf, startAuthority } from '../support/authority-fixture.ts';
import { authorityManifest } from '../support/authority-manifest.ts';
import { describeReal } from '../support/parts.ts';

const VALUE = 'plain words that no pattern knows';

/** The vault of the test: what was really set in it. */
const vault = { password: 'before', revision: 1 };

const setPassword = defineTool({
  name: 'vault.set_password',
  title: 'Set a password',
  description: 'Sets a password.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  input: z.strictObject({ password: z.string() }),
  timeout: '5s',
  async preview({ password }) {
    return {
      target: { system: 'vault', connection: 'default', key: 'vault:main', name: 'the vault', tags: {} },
      sentence: `Set the password to ${password}`,
      diff: `-before\n+${password}`,
      blastRadius: { count: 1, unit: 'vaults' },
      precondition: { revision: vault.revision },
      preState: { revision: vault.revision },
      undo: `Take ${password} away again`,
      owner: null,
      command: `vault set ${JSON.stringify(password)}`,
    };
  },
  observe: async () => ({ revision: vault.revision }),
  async execute({ password }) {
    Object.assign(vault, { password, revision: vault.revision + 1 });
    return { status: 'done', summary: `It is ${password} now`, postState: { left: `password ${password}` } };
  },
  reconcile: async () => ({ status: 'not-done' as const }),
  undo: {
    stillOurs: async ({ password }) => vault.password === password,
    execute: async ({ password }) => {
      throw new Error(`${password} does not go away`);
    },
    reconcile: async () => ({ status: 'not-done' as const }),
  },
});

describeReal('a secret that an argument names', ['postgres'], () => {
  let belay: AuthorityFixture;
  let activities: ToolActivities;
  const registry = buildRegistry([
    defineSystem({ name: 'vault', settings: z.strictObject({}), connect: () => null, tools: [setPassword] }),
  ]);
  const manifest = Manifest.parse({
    ...authorityManifest,
    tools: [...authorityManifest.tools, toolEntry(setPassword)],
    runbooks: authorityManifest.runbooks.map((one) => ({ ...one, tools: [...one.tools, setPassword.name] })),
    connections: { ...authorityManifest.connections, vault: ['default'] },
    hash: digestOf('with a vault'),
  });
  beforeAll(async () => {
    belay = await startAuthority({ manifest });
    const secrets = createSecrets(new Map([['BELAY_SECRET_VAULT_PASSWORD', VALUE]]));
    activities = createToolActivities({
      authority: belay.authority,
      connections: createConnections(registry, { vault: { default: {} } }, secrets),
      publicKeyPem: belay.context.key.publicKeyPem,
      now: belay.context.now,
    });
  });
  afterAll(() => belay.close());

  const heard: string[] = [];
  /** As Temporal runs it: what it is given and gives back is in the history. */
  async function inHistory<I, O>(activity: (given: I) => Promise<O>, given: I): Promise<O> {
    const logger = new DefaultLogger('TRACE', ({ message, meta }) => heard.push(`${message} ${JSON.stringify(meta)}`));
    try {
      const run = (request: I): Promise<O> => activity(request);
      const answer: O = await new MockActivityEnvironment(undefined, { logger }).run(run, given);
      heard.push(JSON.stringify([given, answer]));
      return answer;
    } catch (error) {
      heard.push(error instanceof Error ? `${error.message} ${error.stack} ${String(error.cause)}` : String(error));
      throw error;
    }
  }

  /** All there is in the database, as text. */
  async function stored(): Promise<string> {
    const tables = await belay.db.introspection.getTables();
    const rows = await Promise.all(
      tables.map(({ name }) =>
        belay.db
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every table there is
          .selectFrom(name as 'runs')
          .selectAll()
          .execute(),
      ),
    );
    return JSON.stringify(rows);
  }

  test('reaches the tool and nothing else: no card, digest, ledger, history, error or log has its value', async () => {
    const of = await belay.startRun();
    const { permit } = await belay.authority.begin(of);
    const named = { tool: 'vault.set_password', connection: 'default', args: { password: 'secret://vault-password' } };
    const { id } = await inHistory((request: PreviewRequest) => activities.previewAction(request), {
      ...of,
      ...named,
      permit,
      sequence: 1,
      looksOnly: false,
    });
    const gate = await belay.openGate(of, [optionOf('set', [id])]);
    expect(gate.options[0]?.actions[0]).toMatchObject({
      args: { password: 'secret://vault-password' },
      sentence: 'Set the password to [redacted: BELAY_SECRET_VAULT_PASSWORD]',
    });
    await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
    await belay.authority.lock({ ...of, actions: [id] });

    expect(
      await inHistory((request: CarryOutRequest) => activities.carryOut(request), { action: id, phase: 'execute' }),
    ).toMatchObject({ status: 'done' });
    expect(vault).toEqual({ password: VALUE, revision: 2 });
    await belay.doors.cancel(of.run, BOB, 'take it back');
    await expect(
      inHistory((request: CarryOutRequest) => activities.carryOut(request), { action: id, phase: 'undo' }),
    ).rejects.toThrow('does not go away');

    const all = await stored();
    expect(all).toContain('secret://vault-password');
    expect(all).toContain('It is [redacted: BELAY_SECRET_VAULT_PASSWORD] now');
    for (const kept of [all, heard.join('\n'), JSON.stringify(await belay.doors.ledger(of.run))])
      expect(kept).not.toContain('no pattern knows');
  });

  test('and that the worker does not have is refused by name when it is previewed', async () => {
    const of = await belay.startRun();
    const { permit } = await belay.authority.begin(of);
    const named = { tool: 'vault.set_password', connection: 'default', args: { password: 'secret://other' } };
    await expect(
      inHistory((request: PreviewRequest) => activities.previewAction(request), {
        ...of,
        ...named,
        permit,
        sequence: 1,
        looksOnly: false,
      }),
    ).rejects.toMatchObject({ type: 'stop.not-found', message: expect.stringContaining('BELAY_SECRET_OTHER') });
  });
});

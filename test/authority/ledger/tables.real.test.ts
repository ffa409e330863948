import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { addFreeze } from '../../../src/authority/freezes/add-freeze.ts';
import { halt } from '../../../src/authority/halts/halt.ts';
import { sealCheckpoint } from '../../../src/authority/ledger/seal.ts';
import { connect } from '../../../src/platform/database/connect.ts';
import { grantTo, SERVER_GRANTS } from '../../../src/platform/database/grants.ts';
import { ANN, type Asked, type AuthorityFixture, BOB, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';
import { tamper } from '../../support/tamper.ts';

describeReal('what stands beside the ledger', ['postgres'], () => {
  let belay: AuthorityFixture;
  /** Done and finished; approved and waiting; denied; withdrawn. */
  let done: Asked;
  let approved: Asked;
  let denied: Asked;
  let withdrawn: Asked;
  let haltRun: string;

  beforeEach(async () => {
    belay = await startAuthority();
    done = await belay.approved();
    await belay.grant(done.action);
    await belay.record(done.action, 1);
    await belay.authority.verified({ ...done, verdict: 'healthy', checks: [], final: true });
    await belay.authority.finish({ ...done, outcome: 'fixed', summary: 'done' });
    await sealCheckpoint(belay.context);
    approved = await belay.approved();
    denied = await belay.ask();
    await belay.decide(denied, BOB, 'deny', { reason: 'no' });
    withdrawn = await belay.approved();
    await belay.authority.voidGate({ ...withdrawn, reason: 'overtaken' });
    const scope = { kind: 'tool', value: 'kubernetes.rollout_undo' } as const;
    const answer = await halt(belay.context, { scope, undo: false, reason: 'look first' }, ANN);
    if (answer.answer !== 'halted') throw new Error(JSON.stringify(answer));
    const row = await belay.db.selectFrom('halts').select('run').executeTakeFirstOrThrow();
    haltRun = row.run;
    const from = belay.context.now();
    const freeze = { scope: { kind: 'all' } as const, from, to: new Date(from.getTime() + 3600_000), reason: 'sale' };
    const added = await addFreeze(belay.context, freeze, ANN);
    if (added.answer !== 'added') throw new Error(JSON.stringify(added));
    await sealCheckpoint(belay.context);
  });
  afterEach(() => belay.close());

  test('says what the record says while nobody touches it', async () => {
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  const gate = (of: () => Asked, set: string) => () => `update gates set ${set} where id = '${of().gate}'`;
  const inRun = (table: string, of: () => Asked, set: string) => () =>
    `update ${table} set ${set} where ${table === 'runs' ? 'id' : 'run'} = '${of().run}'`;

  test.each<[string, () => string | string[], () => RegExp]>([
    [
      'a run shown as fixed that was not',
      inRun('runs', () => approved, `state = 'finished', outcome = 'fixed'`),
      () => new RegExp(`run ${approved.run}: the state in table runs`),
    ],
    ['another outcome', inRun('runs', () => done, `outcome = 'not-fixed'`), () => /the outcome in table runs/],
    ['another summary', inRun('runs', () => done, `summary = 'fine'`), () => /the summary in table runs/],
    ['another verdict', inRun('runs', () => done, `verdict = 'failed'`), () => /the verdict in table runs/],
    [
      'another requester',
      inRun('runs', () => approved, `requester = '{"id":"local:bob","name":"bob","door":"api"}'`),
      () => /the requester in table runs/,
    ],
    [
      'another target',
      inRun('runs', () => approved, `target = 'something harmless'`),
      () => /the target in table runs/,
    ],
    ['a dry run made real', inRun('runs', () => approved, `dry_run = true`), () => /the dry run in table runs/],
    [
      'another Temporal chain',
      inRun('runs', () => approved, `execution = 'other'`),
      () => /the execution in table runs/,
    ],
    [
      'a run that was removed',
      () => [`delete from runs where id = '${denied.run}'`],
      () => new RegExp(`run ${denied.run}: .* removed from table runs`),
    ],
    [
      'a denied gate put to approved',
      gate(() => denied, `state = 'approved', chosen = 'rollback'`),
      () => new RegExp(`state \\(approved in place of denied\\) of gate ${denied.gate}`),
    ],
    [
      'a withdrawn gate put to approved',
      gate(() => withdrawn, `state = 'approved'`),
      () => /state \(approved in place of void\)/,
    ],
    ['a used gate put back', gate(() => done, `state = 'approved'`), () => /state \(approved in place of executing/],
    ['another option', gate(() => approved, `chosen = 'other'`), () => /the chosen option of gate/],
    [
      'a looser requirement',
      gate(() => approved, `requirement = jsonb_set(requirement, '{selfApproval}', 'true')`),
      () => /the requirement of gate/,
    ],
    ['another bundle', gate(() => approved, `bundle = 'sha256:0'`), () => /the bundle of gate/],
    ['other options', gate(() => approved, `options = '[]'`), () => /the options of gate/],
    ['a later expiry', gate(() => approved, `expires_at = expires_at + interval '1 year'`), () => /the expiry of gate/],
    [
      'more people who may',
      gate(() => approved, `escalated_to = '["everybody"]'`),
      () => /the groups asked too of gate/,
    ],
    ['a gate forced afterwards', gate(() => approved, `special = 'break-glass'`), () => /the special of gate/],
    [
      'a gate that was removed',
      () => [`delete from decisions where gate = '${denied.gate}'`, `delete from gates where id = '${denied.gate}'`],
      () => /removed from table gates/,
    ],
    [
      'an inserted gate',
      () =>
        `insert into gates select 'g-forged', run, 77, kind, state, plan, proposed_by, evidence, options, requirement, chosen, reason, card, opened_at, expires_at, decided_at, escalated_to, reminded, bundle from gates where id = '${approved.gate}'`,
      () => /gate g-forged .* was inserted/,
    ],
    [
      'a removed decision',
      () => `delete from decisions where gate = '${denied.gate}'`,
      () => /removed from table decisions/,
    ],
    [
      'an edited decision',
      () => `update decisions set record = jsonb_set(record, '{decision}', '"approve"') where gate = '${denied.gate}'`,
      () => /in table decisions is not in its record/,
    ],
    [
      'a decision counted for another',
      () => `update decisions set person = 'bob' where gate = '${approved.gate}'`,
      () => /in table decisions is not in its record/,
    ],
    [
      'a decision copied to another gate',
      () =>
        `insert into decisions (gate, person, record) select '${denied.gate}', 'x', record from decisions where gate = '${approved.gate}'`,
      () => /in table decisions is not in its record/,
    ],
    [
      'a removed intent, so that it could happen again',
      () => `delete from intents where action = '${done.action}'`,
      () => /removed from table intents/,
    ],
    [
      'a done intent put to failed',
      () => `update intents set status = 'failed' where action = '${done.action}'`,
      () => /in table intents is failed/,
    ],
    [
      'an inserted intent',
      () =>
        `insert into intents select '${approved.action}', phase, '${approved.run}', digest, fence, lease_until, status, outcome, started_at, ended_at from intents limit 1`,
      () => /in table intents and was never granted/,
    ],
    [
      'other arguments in a preview',
      () => `update actions set preview = jsonb_set(preview, '{args,revision}', '1') where id = '${approved.action}'`,
      () => /in table actions is not what was previewed/,
    ],
    [
      'a kinder sentence on the card',
      () => `update actions set preview = jsonb_set(preview, '{sentence}', '"Look"') where id = '${approved.action}'`,
      () => /in table actions/,
    ],
    [
      'a halt lifted by hand',
      () => `update halts set lifted_at = now()`,
      () => new RegExp(`run ${haltRun}: .* halt .* in table halts`),
    ],
    ['a halt made narrower', () => `update halts set scope = '{"kind":"tool","value":"x"}'`, () => /the scope of halt/],
    ['a removed halt', () => `delete from halts`, () => /removed from table halts/],
    ['a freeze ended by hand', () => 'update freezes set lifted_at = now()', () => /the end of f-\w+ in table freezes/],
    [
      'a shorter freeze',
      () => `update freezes set ends_at = ends_at - interval '1 minute'`,
      () => /the to of f-\w+ in table freezes/,
    ],
    ['a removed freeze', () => 'delete from freezes', () => /f-\w+ was added .* removed from table freezes/],
    [
      'an inserted passkey',
      () => `insert into passkeys (id, person, record, counter, added_at) values ('pk', 'ann', '{}', 0, now())`,
      () => /pk is in table passkeys and was never added/,
    ],
    ['a removed number', () => `delete from sequence where number = 3`, () => /number 3 of the sequence is missing/],
    [
      'an edited number',
      () => `update sequence set subject = 'g-x' where number = 3`,
      () => /number 3 of the sequence .* changed/,
    ],
    [
      'a moved sequence head',
      () => `update sequence_head set number = number - 1`,
      () => /the sequence ends at number/,
    ],
    [
      'an edited checkpoint',
      () => `update checkpoints set record = jsonb_set(record, '{entries}', '1') where number = 1`,
      () => /checkpoint 1: its signature does not hold/,
    ],
    [
      'a removed checkpoint',
      () => [`delete from checkpoint_heads where checkpoint = 1`, `delete from checkpoints where number = 1`],
      () => /checkpoint 1: it was sealed and is gone/,
    ],
    [
      'a removed last checkpoint',
      () => [`delete from checkpoint_heads where checkpoint = 2`, `delete from checkpoints where number = 2`],
      () => /checkpoint 2: it was sealed and is gone/,
    ],
    [
      'an edited head under a checkpoint',
      () => `update checkpoint_heads set seq = seq - 1 where checkpoint = 2`,
      () => /checkpoint 2: the heads under its root were changed/,
    ],
  ])('%s is found and named', async (_, statements, said) => {
    for (const statement of [statements()].flat()) await tamper(belay.db, statement);
    const { ok, problems } = await belay.doors.verifyLedger();
    expect(ok).toBe(false);
    expect(problems.join('\n')).toMatch(said());
  });

  test('a run rewritten from its beginning, hashes and head and all, is not what a checkpoint sealed', async () => {
    // Its text is changed in the one way that keeps every hash right: everything after it is hashed anew.
    const { entryHash } = await import('../../../src/domain/ledger.ts');
    const { canonicalJson } = await import('../../../src/domain/digest.ts');
    let prev: string | undefined;
    for (const entry of await belay.doors.ledger(done.run)) {
      const body = entry.kind === 'run.verified' ? { ...entry.body, verdict: 'failed' } : entry.body;
      const changed = { ...entry, body, prev: prev ?? entry.prev };
      prev = entryHash(changed);
      const text = canonicalJson(body).replaceAll("'", "''");
      await tamper(
        belay.db,
        `update ledger set body = '${text}', prev = '${changed.prev}', hash = '${prev}' where run = '${done.run}' and seq = ${entry.seq}`,
      );
    }
    await tamper(belay.db, `update ledger_heads set hash = '${prev}' where run = '${done.run}'`);
    await tamper(belay.db, `update runs set verdict = 'failed' where id = '${done.run}'`);
    expect((await belay.doors.verifyLedger()).problems).toEqual([
      expect.stringMatching(new RegExp(`run ${done.run}, entry \\d+: it is not the one that checkpoint 1 sealed`)),
    ]);
  });

  describe('the role of the server', () => {
    test('may add to the record and change nothing in it', async () => {
      const role = `r_${Math.random().toString(36).slice(2)}`;
      await sql.raw(`create role ${role} login password 'x'`).execute(belay.db);
      await grantTo(belay.url, role, SERVER_GRANTS);
      const url = new URL(belay.url);
      url.username = role;
      url.password = 'x';
      const server = connect(url.href, () => undefined);
      try {
        for (const table of ['ledger', 'sequence', 'checkpoints', 'checkpoint_heads', 'anchorings', 'decisions']) {
          for (const statement of [
            `delete from ${table}`,
            `truncate ${table}`,
            `drop trigger ${table}_append_only on ${table}`,
          ])
            await expect(sql.raw(statement).execute(server.db)).rejects.toThrow(
              /permission denied|must be owner|does not exist/,
            );
          const { rows } = await sql<{
            column_name: string;
          }>`select column_name from information_schema.column_privileges
            where table_schema = 'belay' and table_name = ${table} and privilege_type = 'UPDATE' and grantee = ${role}`.execute(
            server.db,
          );
          expect(rows).toEqual([]);
        }
        await expect(sql`set session_replication_role = replica`.execute(server.db)).rejects.toThrow(
          'permission denied',
        );
      } finally {
        await server.close();
        await sql.raw(`drop owned by ${role}`).execute(belay.db);
        await sql.raw(`drop role ${role}`).execute(belay.db);
      }
    });

    test.each(['checkpoints', 'checkpoint_heads', 'anchorings', 'sequence'])(
      'is not alone: nobody changes %s, also whoever owns it',
      async (table) => {
        for (const statement of [`delete from ${table} where false`, `truncate ${table} cascade`])
          await expect(sql.raw(statement).execute(belay.db)).rejects.toThrow('append-only');
      },
    );
  });
});

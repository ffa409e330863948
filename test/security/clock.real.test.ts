import { afterEach, beforeEach, expect, test } from '@jest/globals';
import ms from 'ms';
import { ANN, type AuthorityFixture, BOB, startAuthority } from '../support/authority-fixture.ts';
import { LEASE_MS } from '../support/authority-manifest.ts';
import { describeReal } from '../support/parts.ts';

/** Far more than clocks differ, and more than a lease. */
const JUMP = ms('10m');

describeReal('the server’s clock', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeEach(async () => {
    belay = await startAuthority();
  });
  afterEach(() => belay.close());

  test('jumps back ten minutes: what was over stays over, and nothing happens twice', async () => {
    const expired = await belay.ask();
    const spent = await belay.approved();
    await belay.grant(spent.action);
    await belay.record(spent.action, 1);
    belay.forward(ms('7d'));
    expect(await belay.attend(expired)).toMatchObject({ state: 'expired' });
    const old = await belay.approved();
    belay.forward(ms('1h') + 1);
    expect(await belay.grant(old.action)).toMatchObject({ answer: 'refused' });

    belay.forward(-JUMP);
    expect(await belay.decide(expired, ANN)).toMatchObject({ answer: 'refused', why: 'not-open' });
    expect(await belay.attend(expired)).toMatchObject({ state: 'expired' });
    expect(await belay.grant(spent.action)).toMatchObject({ answer: 'done' });
    expect(await belay.grant(old.action)).toMatchObject({ answer: 'refused' });
    // What is asked from now on waits as long as ever, and the record still holds.
    const anew = await belay.ask();
    expect(await belay.decide(anew, BOB)).toMatchObject({ answer: 'recorded' });
    expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });

  test('jumps back while something is being done: whoever asks again waits, and is never let in beside it', async () => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    belay.forward(-JUMP);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'wait' });
    expect(await belay.record(asked.action, 1)).toMatchObject({ recorded: true });
  });

  test('jumps ahead ten minutes: a lease that seems over is looked into first, and an approval in time stays one', async () => {
    const [begun, waiting] = [await belay.approved(), await belay.approved()];
    await belay.grant(begun.action);
    expect(JUMP).toBeGreaterThan(LEASE_MS);
    belay.forward(JUMP);
    expect(await belay.grant(begun.action)).toMatchObject({ answer: 'reconcile', fence: 2 });
    expect(await belay.record(begun.action, 1)).toEqual({ recorded: false, outcome: null });
    expect(await belay.grant(waiting.action)).toMatchObject({ answer: 'granted' });
  });
});

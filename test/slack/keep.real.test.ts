import { afterAll, expect, test } from '@jest/globals';
import type { types } from '@slack/bolt';
import { z } from 'zod';
import { enqueue } from '../../src/authority/outbox/enqueue.ts';
import { type SlackApp, startSlack } from '../../src/slack/start-slack.ts';
import { describeReal } from '../support/parts.ts';
import { blockAction, sendSlack, type SlackOrigin, viewSubmission } from '../support/signed-slack-request.ts';
import { type RunningSlack, startEmulatedSlack } from '../support/start-emulated-slack.ts';
import { until } from '../support/until.ts';
import { useToy } from '../workflows/engine/toy.ts';
import { bodyOf, listen, type Listening } from './listen.ts';
import { type SlackProxy, startSlackProxy } from './slack-proxy.ts';

const View = z.object({
  callback_id: z.string(),
  private_metadata: z.string(),
  blocks: z.array(z.custom<types.KnownBlock>((value) => typeof value === 'object')),
});

describeReal('an owner in Slack', ['temporal', 'postgres'], () => {
  let slack: RunningSlack;
  let proxy: SlackProxy;
  let app: SlackApp | undefined;
  let face: Listening;
  const answers: string[] = [];
  const toy = useToy(async () => {
    slack = await startEmulatedSlack();
    proxy = await startSlackProxy(slack.apiUrl);
    return { approvers: ['local:ada', `slack:${slack.teamId}/${slack.users.grace}`], announcer: () => app?.announcer };
  });
  afterAll(async () => {
    await app?.stop();
    await face?.stop();
    await proxy?.stop();
    await slack?.stop();
  });

  async function openSlack(): Promise<void> {
    const quiet = () => undefined;
    app = await startSlack({
      settings: { ...slack, apiUrl: proxy.apiUrl, channel: slack.channelId, web: () => 'https://belay.example' },
      doors: toy.belay.doors,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    face = await listen((req, res) => {
      if (req.url !== '/respond') return app?.requestListener?.(req, res);
      void bodyOf(req).then((body) => answers.push(z.looseObject({ text: z.string() }).parse(JSON.parse(body)).text));
      return res.end('ok');
    });
    await until('Slack knows us', () => app?.status().problem === null);
  }
  const origin = (user: string): SlackOrigin => ({
    teamId: slack.teamId,
    userId: user,
    channelId: slack.channelId,
    responseUrl: `${face.url}/respond`,
  });
  const send = (body: string) =>
    sendSlack({ url: `${face.url}/slack/events`, signingSecret: slack.signingSecret, body });
  const posted = (to: string) =>
    until('the question', () => {
      const post = proxy.calls.find(({ method, args }) => method === 'chat.postMessage' && args['channel'] === to);
      return post && z.array(z.custom<types.KnownBlock>()).parse(JSON.parse(post.args['blocks'] ?? '[]'));
    });
  const keepButton = (blocks: readonly types.KnownBlock[]) =>
    blocks
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find((one) => one.type === 'button' && one.text.text === 'Keep…');

  test('is asked directly, clicks Keep, fills the dialog, and what they keep is left out of the approval and of later runs', async () => {
    const { belay } = toy;
    await openSlack();
    const { grace } = slack.users;
    const names = ['dm-1', 'dm-2', 'dm-3'];
    belay.lamps.dark(...names);
    const owner = `slack:${slack.teamId}/${grace}`;
    const start = (grace_: string) => belay.start({ prefix: 'dm', grace: grace_, owner }, { runbook: 'cost/lamps' });
    const run = await start('1h');
    const button = keepButton(await posted(grace));
    if (button?.type !== 'button') throw new Error('there is no button to keep with');

    const triggerId = await slack.triggerId(grace);
    await send(
      blockAction({ ...origin(grace), triggerId }, { actionId: button.action_id ?? '', value: button.value ?? '' }),
    );
    const opened = await until('the dialog', () => proxy.calls.find(({ method }) => method === 'views.open'));
    const view = View.parse(JSON.parse(opened.args['view'] ?? '{}'));
    const which = JSON.stringify(view.blocks);
    expect(names.filter((name) => which.includes(name))).toEqual(names);

    const second = (await belay.doors.list(run, 'dark'))?.items.find(({ key }) => key.endsWith('/dm-2'));
    const values = {
      which: { which: { type: 'multi_static_select', selected_options: [{ value: String(second?.position) }] } },
      all: { all: { type: 'checkboxes', selected_options: [] } },
      reason: { reason: { type: 'plain_text_input', value: 'it lights the stairs' } },
      until: {
        until: {
          type: 'datepicker',
          selected_date: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
        },
      },
    };
    const submission = { callbackId: view.callback_id, privateMetadata: view.private_metadata, values };
    await send(viewSubmission(origin(slack.users.mallory), submission));
    expect(await until('a refusal', () => answers[0])).toMatch(/^Not kept: /);
    await send(viewSubmission(origin(grace), submission));
    expect(await until('an answer', () => answers[1])).toMatch(/^Kept until .*dm-2/);
    await send(viewSubmission(origin(grace), submission));
    expect(await until('another answer', () => answers[2])).toContain('kept already');

    belay.clock.ahead = 2 * 3_600_000;
    const { context } = belay;
    await context.db.transaction().execute((trx) => enqueue(trx, new Date(), 'run.wake', run));
    context.poke();
    const gate = await belay.openGate(run);
    expect(gate.options[0]?.batch).toMatchObject({ count: 2 });
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(names.map((name) => belay.lamps.lamp(name).on)).toEqual([true, false, true]);
    const kept = (await belay.doors.ledger(run)).filter(({ kind }) => kind === 'item.kept');
    expect(kept.map(({ body }) => [body['by'], body['keys'], body['reason']])).toEqual([
      [owner, [second?.key], 'it lights the stairs'],
    ]);
    const card = await until('the card says what was done', () =>
      proxy.calls.findLast(
        ({ method, args }) => method.startsWith('chat.') && args['blocks']?.includes('*2 done*') === true,
      ),
    );
    expect(card.args['blocks']).toContain('the table');

    const late = answers.length;
    await send(
      blockAction(
        { ...origin(grace), triggerId: await slack.triggerId(grace) },
        { actionId: button.action_id ?? '', value: button.value ?? '' },
      ),
    );
    expect(await until('a late answer', () => answers[late])).toMatch(/^Too late: /);
    expect(await belay.ended(await start('10ms'))).toMatchObject({ outcome: 'nothing-wrong' });
  }, 120_000);
});

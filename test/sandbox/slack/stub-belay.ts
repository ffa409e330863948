import { once } from 'node:events';

import bolt from '@slack/bolt';
import type { BlockAction, SlackViewAction, SlashCommand, types } from '@slack/bolt';

type KnownBlock = types.KnownBlock;

/** What the stub was asked, after Bolt had checked the signature. */
interface Heard {
  readonly actions: BlockAction[];
  readonly submissions: SlackViewAction[];
  readonly commands: SlashCommand[];
  readonly homes: string[];
}

/** An approval card as Belay posts one: facts, diff, evidence, and buttons with confirmation. */
export const approvalCard = (): KnownBlock[] => [
  { type: 'header', text: { type: 'plain_text', text: ':warning: Approval needed: undo a rollout' } },
  {
    type: 'section',
    text: { type: 'mrkdwn', text: '*Roll `shop/checkout` back from revision 7 to revision 6* in cluster `sandbox`.' },
  },
  {
    type: 'section',
    fields: [
      { type: 'mrkdwn', text: '*Target*\nkubernetes:sandbox/shop/Deployment/checkout' },
      { type: 'mrkdwn', text: '*Risk*\nwrite, reversible' },
      { type: 'mrkdwn', text: '*Blast radius*\n3 pods, one service' },
      { type: 'mrkdwn', text: '*Run*\n`r-7k3m9x2q` for alert CheckoutErrors' },
    ],
  },
  {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: '*What changes*\n```\n  containers:\n  - name: checkout\n-   image: registry.example/shop/checkout:1.8.0\n+   image: registry.example/shop/checkout:1.7.4\n    env:\n-   - name: PAYMENT_TIMEOUT_MS\n-     value: "50"\n```',
    },
  },
  {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: '*Why*\n• errors went from 0.2 % to 38 % two minutes after revision 7 (<https://prometheus.example|query>)\n• 2 of 3 new pods crash-loop: `Error: PAYMENT_TIMEOUT_MS must be at least 100`',
    },
  },
  {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: '*If it does not help*\nRevision 7 is put back the same way, and <@U0BELAYBOT> says so here.',
    },
  },
  { type: 'divider' },
  {
    type: 'actions',
    block_id: 'decide:g-4f7k2m',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        style: 'primary',
        text: { type: 'plain_text', text: 'Approve' },
        value: 'g-4f7k2m|sha256:9c1f',
        confirm: {
          title: { type: 'plain_text', text: 'Undo this rollout?' },
          text: { type: 'plain_text', text: 'shop/checkout goes from revision 7 to revision 6, now.' },
          confirm: { type: 'plain_text', text: 'Approve' },
          deny: { type: 'plain_text', text: 'Not yet' },
        },
      },
      {
        type: 'button',
        action_id: 'deny',
        style: 'danger',
        text: { type: 'plain_text', text: 'Deny…' },
        value: 'g-4f7k2m|sha256:9c1f',
      },
      { type: 'button', action_id: 'evidence', text: { type: 'plain_text', text: 'Evidence' }, value: 'r-7k3m9x2q' },
    ],
  },
  {
    type: 'context',
    elements: [
      {
        type: 'mrkdwn',
        text: 'rule-based, no model · gate `g-4f7k2m` · digest `9c1f…e07a` · needs 1 of *ada*, *grace*',
      },
    ],
  },
];

/** The modal behind *Deny…*. */
const denyModal = (ts: string) => ({
  type: 'modal' as const,
  callback_id: 'deny',
  private_metadata: ts,
  title: { type: 'plain_text' as const, text: 'Deny this plan' },
  submit: { type: 'plain_text' as const, text: 'Deny' },
  close: { type: 'plain_text' as const, text: 'Back' },
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: '*Roll `shop/checkout` back to revision 6*' } },
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: 'Why not?' },
      hint: { type: 'plain_text', text: 'It goes into the record.' },
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 500 },
    },
    {
      type: 'input',
      block_id: 'next',
      optional: true,
      label: { type: 'plain_text', text: 'And then' },
      element: {
        type: 'static_select',
        action_id: 'choice',
        placeholder: { type: 'plain_text', text: 'What should happen' },
        options: [
          { text: { type: 'plain_text', text: 'Watch for an hour' }, value: 'watch' },
          { text: { type: 'plain_text', text: 'Close the run' }, value: 'close' },
        ],
      },
    },
  ] satisfies KnownBlock[],
});

/** A modal whose submission is answered as its metadata says: `update`, `push`, `clear`, or `too-long` for a bad update. */
const nextModal = (metadata: string, title: string) => ({
  type: 'modal' as const,
  callback_id: 'next',
  private_metadata: metadata,
  title: { type: 'plain_text' as const, text: metadata === 'too-long' && title !== 'First' ? 'x'.repeat(25) : title },
  submit: { type: 'plain_text' as const, text: 'Go on' },
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Go on?' } }] satisfies KnownBlock[],
});

/** A Belay of a few lines on the real Bolt with its HTTP receiver: what the sandbox sends must pass its checks. */
export async function startStubBelay(env: Record<string, string>, signingSecret = env['SLACK_SIGNING_SECRET'] ?? '') {
  const heard: Heard = { actions: [], submissions: [], commands: [], homes: [] };
  const logLevel = bolt.LogLevel.ERROR;
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => logLevel, setName() {} };
  const app = new bolt.App({
    token: env['SLACK_BOT_TOKEN'] ?? '',
    receiver: new bolt.HTTPReceiver({ signingSecret, logger: quiet }),
    clientOptions: { slackApiUrl: env['SLACK_API_URL'] ?? '', retryConfig: { retries: 0 } },
    logger: quiet,
  });
  const channel = env['BELAY_SLACK_CHANNEL'] ?? '';

  app.action<BlockAction>('approve', async ({ ack, body, client }) => {
    await ack();
    heard.actions.push(body);
    const ts = body.message?.ts ?? '';
    const text = `:white_check_mark: Approved by <@${body.user.id}>, rolling back`;
    const blocks = [...approvalCard().slice(0, 3), { type: 'section', text: { type: 'mrkdwn', text } } as const];
    await client.chat.update({ channel, ts, text, blocks });
    await client.chat.postMessage({ channel, thread_ts: ts, text: 'Revision 6 is serving; verifying for 60 s.' });
  });
  app.action<BlockAction>('deny', async ({ ack, body, client }) => {
    await ack();
    heard.actions.push(body);
    await client.views.open({ trigger_id: body.trigger_id, view: denyModal(body.message?.ts ?? '') });
  });
  app.action<BlockAction>('evidence', async ({ ack, body, respond }) => {
    await ack();
    heard.actions.push(body);
    const ephemeral = { response_type: 'ephemeral' as const, replace_original: false };
    await respond({ ...ephemeral, text: '*Evidence* `r-7k3m9x2q`\n12 queries, 3 log excerpts' });
  });
  app.view('deny', async ({ ack, body, view, client }) => {
    heard.submissions.push(body);
    const reason = view.state.values['reason']?.['text']?.value ?? '';
    if (reason.length < 5) {
      await ack({ response_action: 'errors', errors: { reason: 'Say it in at least five letters.' } });
      return;
    }
    await ack();
    const attachments = [
      { color: '#c01343', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: reason } } as const] },
    ];
    await client.chat.postMessage({ channel, text: `:no_entry: Denied by <@${body.user.id}>`, attachments });
  });
  app.view('next', async ({ ack, view }) => {
    const next = nextModal(view.private_metadata, `After ${view.private_metadata}`);
    if (view.private_metadata === 'clear') await ack({ response_action: 'clear' });
    else if (view.private_metadata === 'push') await ack({ response_action: 'push', view: next });
    else await ack({ response_action: 'update', view: next });
  });
  app.command('/belay', async ({ ack, command, client }) => {
    heard.commands.push(command);
    if (command.text.startsWith('modal ')) {
      await ack();
      const view = nextModal(command.text.slice('modal '.length), 'First');
      await client.views.open({ trigger_id: command.trigger_id, view });
      return;
    }
    await ack(`You said \`${command.text}\`.`);
    await client.chat.postEphemeral({ channel, user: command.user_id, text: 'Two runs are open.' });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    heard.homes.push(event.user);
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Waiting for you' } } as const,
      ...approvalCard().slice(1, 3),
    ];
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
  });

  const server = await app.start({ port: 0, host: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub has no port');
  const post = (blocks = approvalCard()) => app.client.chat.postMessage({ channel, text: 'Approval needed', blocks });
  const stop = async () => {
    if (server.listening) await app.stop();
  };
  return { url: `http://127.0.0.1:${address.port}`, heard, client: app.client, post, stop };
}

import type { OwnerQuestion } from '../authority/announcer.ts';
import type { RunView } from '../authority/doors.ts';
import type { ListItemView } from '../authority/lists/list-view.ts';
import { manyText } from '../domain/count-text.ts';
import { byCost, moneyText, sumsOf, sumsText } from '../domain/money.ts';
import { actions, context, header, plainText, sections, type SlackMessage } from './blocks.ts';
import { ACTIONS, type KeepValue } from './button-value.ts';
import { inlineCode, line } from './inert.ts';
import { utc } from './utc.ts';

/** How many of somebody's items their message names; the others are counted, and one tap away. */
const MOST_NAMED = 20;

/** The page of a list, for one owner; for what nobody is named for where there is none. */
const listPage = (web: string, { run, list, owner }: KeepValue): string =>
  `${web}/runs/${run}/lists/${list}?owner=${encodeURIComponent(owner ?? '')}`;

/** What one item costs a month, and what it is. mrkdwn. */
const itemLine = ({ title, money, connection }: ListItemView): string =>
  `• ${money === null ? 'no price' : moneyText(money)} · ${line(title, 200)} · ${line(connection, 60)}`;

/**
 * Asks an owner, or the channel where nobody is named, whether they still need things: what will happen to them, until when
 * they may be kept, the dearest of them, and the button that keeps. What the runbook wrote is only ever quoted.
 */
export function askMessage(
  { list, items, owner }: OwnerQuestion,
  run: RunView,
  { web, direct }: { web: string | undefined; direct: boolean },
): SlackMessage {
  const value: KeepValue = { run: run.id, list: list.name, owner };
  const many = items.length === 1 ? 'this' : `these ${manyText(items.length)}`;
  const whose = owner === null ? ', which nobody is named for' : direct ? '' : `, ${owner}`;
  const question = `Do you still need ${many}${whose}?`;
  const costs = sumsOf(items.flatMap(({ money }) => money ?? []));
  const unpriced = items.filter(({ money }) => money === null).length;
  const cost = `*${sumsText(costs)}${costs.length === 0 ? '' : ' a month'}*${unpriced > 0 && costs.length > 0 ? `, ${manyText(unpriced)} without a known price` : ''}`;
  const until = list.asks === null ? '' : utc(list.asks.until);
  const named = items.toSorted((a, b) => byCost(a.money, b.money)).slice(0, MOST_NAMED);
  const more = items.length - named.length;
  const all = web === undefined ? `\`belay lists ${run.id} ${list.name}\`` : `<${listPage(web, value)}|the list>`;
  return {
    text: `${question} ${line(list.asks?.what ?? '', 200)}`,
    blocks: [
      header(`● ${question}`.slice(0, 150)),
      ...sections([
        `*${line(list.asks?.what ?? '', 500)}*`,
        `${cost} · you may keep any of them until *${until}*. What nobody keeps goes on to an approval then.`,
      ]),
      actions([
        {
          type: 'button',
          action_id: ACTIONS.keep,
          text: plainText('Keep…'),
          value: JSON.stringify(value),
          style: 'primary',
        },
        ...(web === undefined
          ? []
          : [
              {
                type: 'button' as const,
                action_id: ACTIONS.link,
                text: plainText('Open the list'),
                url: listPage(web, value),
              },
            ]),
      ]),
      ...sections([...named.map(itemLine), ...(more > 0 ? [`and ${manyText(more)} more, each in ${all}`] : [])]),
      context(
        [
          `run \`${run.id}\``,
          inlineCode(run.runbook, 80),
          line(run.target, 200),
          `list ${inlineCode(list.name, 60)}`,
        ].join(' · '),
      ),
    ],
  };
}

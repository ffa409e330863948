import { type Gate, type GateOption, isOwnKind } from '../../domain/gate.ts';
import { manyText } from '../../domain/count-text.ts';
import { leftOf, takeOutName } from './batch-table.ts';
import { type Html, html } from './html.ts';
import { pickedList } from './items-table.ts';

const recommendedOf = ({ options }: Gate): GateOption | undefined =>
  options.find(({ recommended }) => recommended) ?? options[0];

const isSerious = ({ actions, batch }: GateOption): boolean =>
  [...actions, ...(batch ? [batch] : [])].some(
    ({ risk, reversible }) => risk === 'destructive' || reversible === 'no',
  ) || (batch?.noWayBack ?? 0) > 0;

/** What the button that approves a batch says, before and while items are chosen to be taken out. */
export function batchWords(gate: Gate, option: GateOption, after = ''): { none: string; some: Html } | undefined {
  if (!option.batch) return undefined;
  const { count } = option.batch;
  const left = leftOf(gate, option.batch);
  const none =
    left === count
      ? `Approve all ${manyText(count)}${after}`
      : `Approve ${manyText(left)} of ${manyText(count)}${after}`;
  const some = `Approve {left} of ${manyText(count)}${after}`;
  return { none, some: html` data-needs-left data-words="${some}" data-words-none="${none}"` };
}

/** What a form of a batch says of itself: how many would be done, and under which name a browser keeps what is taken out. */
export const batchForm = (gate: Gate, option: GateOption): Html | false =>
  option.batch !== undefined &&
  html` data-left="${leftOf(gate, option.batch)}" data-picks="${takeOutName(gate, option)}"`;

/** Which items are taken out, wherever in the table they are. */
export const takenOutList = (): Html => pickedList('{n} taken out: {names}');

/** Approves one option: by its digest, or where policy asks for a passkey on the page that asks for it. */
export function approveControl(gate: Gate, option: GateOption, label: string): Html {
  const { stepUp } = gate.requirement;
  const many = batchWords(gate, option, stepUp ? ' with passkey' : '');
  if (stepUp)
    return html`<a class="button go" href="/approve/${gate.id}?option=${option.id}" ${many?.some ?? false}
      >${many?.none ?? `${label} with passkey`}</a
    >`;
  return html`<button
    type="button"
    data-decision="approve"
    data-option="${option.id}"
    data-digest="${option.digest}"
    class="go"
    ${isSerious(option) && html` data-confirm="This cannot simply be taken back. Approve?"`}
    ${many?.some ?? false}
  >
    ${many?.none ?? label}
  </button>`;
}

/** Says that a person did it already. */
const byHand = (option: GateOption): Html =>
  html`<button
    type="button"
    data-decision="by-hand"
    data-option="${option.id}"
    data-digest="${option.digest}"
    data-confirm="You did this by hand already? Belay will then not do it; it looks at what is there and checks the result."
  >
    I did it by hand${option.recommended ? '' : `: ${option.id}`}
  </button>`;

const DENY: Partial<Record<Gate['kind'], string | null>> = {
  resume: 'Keep it halted',
  review: 'It was not right',
  exception: 'No exception',
  // Only an answer helps.
  doubt: null,
};

/** What a gate's people can do about all of it, in one place: one reason, one Deny. The digests are of what stands above. */
export function gateForm(gate: Gate, table = false): Html | false {
  const first = recommendedOf(gate);
  if (first === undefined) return false;
  const open = gate.state === 'open';
  const own = isOwnKind(gate.kind);
  const single = gate.options.length === 1;
  const deny = DENY[gate.kind] === undefined ? 'Deny' : DENY[gate.kind];
  const digest = html`data-option="${first.id}" data-digest="${first.digest}"`;
  const about = html`data-gate="${gate.id}" data-run="${gate.run}" ${table && batchForm(gate, first)}`;
  return html`<form class="decide${table ? ' bar' : ''}" ${about}>
    ${table && open && takenOutList()}
    <label>Reason <input name="reason" maxlength="2000" autocomplete="off" /></label>
    ${open && own && gate.options.map((option) => approveControl(gate, option, option.title))}
    ${open && !own && single && approveControl(gate, first, approveLabel(first))}
    ${deny !== null && deny !== undefined && html`<button type="button" data-decision="deny" ${digest}>${deny}</button>`}
    ${open && !own && gate.options.filter(({ actions }) => actions.length > 0).map(byHand)}
    ${
      open &&
      !own &&
      gate.proposedBy.kind === 'model' &&
      html`<button
        type="button"
        data-decision="send-back"
        data-needs-reason="Say what should be different; it goes to the model."
        ${digest}
      >
        Send back
      </button>`
    }
    ${
      gate.incidentOpen &&
      gate.responder === null &&
      html`<button type="button" data-acknowledge="${gate.run}">I’m on it</button>`
    }
    ${
      open &&
      !own &&
      gate.incidentOpen &&
      gate.requirement.breakGlass.length > 0 &&
      html`<a class="button" href="/approve/${gate.id}?option=${first.id}">Break the glass…</a>`
    }
    <output role="status"></output>
  </form>`;
}

/** What approving an option means, in a word. */
export function approveLabel(option: GateOption): string {
  if (option.actions.length > 0) return 'Approve';
  return option.manual === null ? 'Do nothing and watch' : 'I will do it by hand';
}

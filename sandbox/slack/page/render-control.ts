import { createElement as h, Fragment, type ReactNode } from 'react';

import { type Control, type Element, type Option, optionsOf } from '../block-kit.ts';
import { controlName } from '../control-value.ts';
import type { Workspace } from '../workspace.ts';
import { plainText } from './plain-text.ts';

/** `act`: using it tells the app at once. `hold`: it only holds a value until the modal is submitted. */
type Mode = 'act' | 'hold';

/** Attributes that every control has. */
interface Shared {
  readonly name: string;
  readonly required: boolean;
  readonly 'aria-label': string;
  readonly [act: `data-${string}`]: string | undefined;
}

/** One interactive element as the browser's own control. What the page sends back are its name and values only. */
export function renderControl(control: Control, workspace: Workspace, mode: Mode): ReactNode {
  const { element, block } = control;
  const act = {
    'data-act': mode === 'act' ? 'use' : undefined,
    'data-block': control.blockId,
    'data-action': control.actionId,
  };
  const shared = {
    ...act,
    name: controlName(control),
    required: block.type === 'input' && !block.optional,
    'aria-label':
      block.type === 'input' ? plainText(block.label) : (element.accessibility_label ?? plainText(element.placeholder)),
  };
  switch (element.type) {
    case 'button':
      return button(element, act);
    case 'overflow':
      return overflow(control, act);
    case 'static_select':
    case 'external_select':
      return select(shared, element, choices(element), element.initial_option?.value);
    case 'users_select':
      return select(shared, element, people(workspace), element.initial_user);
    case 'conversations_select':
    case 'channels_select':
      return select(shared, element, [
        h('option', { key: 'ops', value: workspace.channel.id }, `#${workspace.channel.name}`),
      ]);
    case 'multi_static_select':
      return h('select', { ...shared, multiple: true, defaultValue: initial(element) }, choices(element));
    case 'multi_users_select':
      return h('select', { ...shared, multiple: true }, people(workspace));
    case 'radio_buttons':
    case 'checkboxes':
      return ticks(shared, element);
    case 'datepicker':
      return h('input', { ...shared, type: 'date', defaultValue: element.initial_date });
    case 'timepicker':
      return h('input', { ...shared, type: 'time', defaultValue: element.initial_time });
    case 'datetimepicker':
      return h('input', { ...shared, type: 'datetime-local', defaultValue: dateTime(element) });
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return textInput(shared, element);
    default:
      return h('p', { className: 'hint' }, `A ${element.type} cannot be used in the sandbox.`);
  }
}

function button(element: Element, act: Record<string, unknown>): ReactNode {
  const className = ['button', element.style].filter(Boolean).join(' ');
  const label = plainText(element.text);
  const shown = h('button', { type: 'button', className, ...act, 'aria-label': element.accessibility_label }, label);
  if (element.url) return h('a', { className, href: element.url, target: '_blank', rel: 'noreferrer', ...act }, label);
  return element.confirm ? h(Fragment, null, shown, confirmDialog(element)) : shown;
}

/** Stands right behind its button, where the page's script looks for it. No form: it stands inside the card's. */
function confirmDialog({ confirm }: Element): ReactNode {
  const yes = ['button', confirm?.style ?? 'primary'].join(' ');
  const answer = (className: string, value: string, label: string) =>
    h('button', { type: 'button', className, 'data-answer': value }, label);
  return h(
    'dialog',
    { className: 'confirm', 'data-confirm': true },
    h('h2', null, plainText(confirm?.title) || 'Are you sure?'),
    h('p', null, plainText(confirm?.text)),
    h(
      'div',
      { className: 'dialog-buttons' },
      answer('button', 'no', plainText(confirm?.deny) || 'Cancel'),
      answer(yes, 'yes', plainText(confirm?.confirm) || 'Yes'),
    ),
  );
}

function overflow({ element, actionId, blockId }: Control, act: Record<string, unknown>): ReactNode {
  const name = controlName({ actionId, blockId });
  const items = (element.options ?? []).map((option) =>
    h('button', { key: option.value, type: 'button', ...act, name, value: option.value }, plainText(option.text)),
  );
  return h('details', { className: 'overflow' }, h('summary', { 'aria-label': 'More' }, '⋯'), h('div', null, ...items));
}

function select(shared: Shared, element: Element, options: ReactNode, chosen = ''): ReactNode {
  const prompt = h('option', { value: '', disabled: shared.required }, plainText(element.placeholder) || 'Choose…');
  return h('select', { ...shared, defaultValue: chosen }, prompt, options);
}

function choices(element: Element): ReactNode {
  const items = (options: readonly Option[]) =>
    options.map((option) => h('option', { key: option.value, value: option.value }, plainText(option.text)));
  if (!element.option_groups) return items(optionsOf(element));
  return element.option_groups.map((group) =>
    h('optgroup', { key: group.label.text, label: plainText(group.label) }, items(group.options)),
  );
}

const people = (workspace: Workspace): ReactNode =>
  workspace.members.map((member) => h('option', { key: member.id, value: member.id }, member.realName));

const initial = (element: Element): string[] => (element.initial_options ?? []).map((option) => option.value ?? '');

function ticks({ required, ...shared }: Shared, element: Element): ReactNode {
  const radio = element.type === 'radio_buttons';
  const chosen = radio ? [element.initial_option?.value] : initial(element);
  const items = (element.options ?? []).map((option) =>
    h(
      'label',
      { key: option.value, className: 'tick' },
      h('input', {
        ...shared,
        'aria-label': undefined,
        type: radio ? 'radio' : 'checkbox',
        value: option.value,
        required: radio && required,
        defaultChecked: chosen.includes(option.value),
      }),
      h(
        'span',
        null,
        plainText(option.text),
        option.description ? h('small', null, plainText(option.description)) : null,
      ),
    ),
  );
  return h('div', { role: radio ? 'radiogroup' : 'group', 'aria-label': shared['aria-label'] }, ...items);
}

function textInput(shared: Shared, element: Element): ReactNode {
  const limits = { minLength: element.min_length, maxLength: element.max_length ?? 3000 };
  const field = {
    ...shared,
    placeholder: plainText(element.placeholder),
    defaultValue: element.initial_value,
    ...limits,
  };
  if (element.multiline) return h('textarea', { ...field, rows: 4 });
  const number = { min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? 'any' : 1 };
  const type = { email_text_input: 'email', url_text_input: 'url', number_input: 'number' }[element.type] ?? 'text';
  return h('input', { ...field, ...(type === 'number' ? number : {}), type, autoComplete: 'off' });
}

const dateTime = (element: Element): string | undefined =>
  element.initial_date_time === undefined
    ? undefined
    : new Date(element.initial_date_time * 1000).toISOString().slice(0, 16);

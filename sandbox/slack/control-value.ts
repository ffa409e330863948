import { type Control, optionsOf } from './block-kit.ts';

/** What a page's form holds: control name to its values. */
export type FormState = Readonly<Record<string, readonly string[]>>;

/** The form name of a control: unambiguous for any block id and action id. */
export const controlName = (control: Pick<Control, 'blockId' | 'actionId'>): string =>
  JSON.stringify([control.blockId, control.actionId]);

/**
 * A control's state as Slack spells it in `state.values` and in `actions`. Options come from the card, by value,
 * so a page cannot send an option that the card does not offer.
 */
export function controlValue({ element }: Control, values: readonly string[] = []): Record<string, unknown> {
  const [first = ''] = values;
  const chosen = optionsOf(element).filter((option) => values.includes(option.value ?? ''));
  switch (element.type) {
    case 'button':
      return { type: 'button', text: element.text, value: element.value, style: element.style };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
    case 'overflow':
      return { type: element.type, selected_option: chosen[0] ?? null };
    case 'multi_static_select':
    case 'checkboxes':
      return { type: element.type, selected_options: chosen };
    case 'users_select':
      return { type: element.type, selected_user: first || null };
    case 'multi_users_select':
      return { type: element.type, selected_users: values };
    case 'channels_select':
      return { type: element.type, selected_channel: first || null };
    case 'conversations_select':
      return { type: element.type, selected_conversation: first || null };
    case 'datepicker':
      return { type: element.type, selected_date: first || null };
    case 'timepicker':
      return { type: element.type, selected_time: first || null };
    case 'datetimepicker':
      // The page's field has no zone; like all times on it, it is read as UTC.
      return { type: element.type, selected_date_time: first ? Date.parse(`${first}Z`) / 1000 : null };
    default:
      return { type: element.type, value: first === '' ? null : first };
  }
}

/** `state.values` of a card or a modal: every control that holds state, by block and action. */
export function stateValues(controls: readonly Control[], form: FormState): Record<string, Record<string, unknown>> {
  const values: Record<string, Record<string, unknown>> = {};
  for (const control of controls) {
    if (control.element.type === 'button' || control.element.type === 'overflow') continue;
    const block = (values[control.blockId] ??= {});
    block[control.actionId] = controlValue(control, form[controlName(control)]);
  }
  return values;
}

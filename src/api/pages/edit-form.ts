import type { PreviewedAction } from '../../domain/action.ts';
import { type ArgumentField, argumentForm } from '../../domain/argument-form.ts';
import type { Gate, GateOption } from '../../domain/gate.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { type Html, html } from './html.ts';

/** Which action of which option is edited. */
export interface Edited {
  readonly option: GateOption;
  readonly action: Omit<PreviewedAction, 'preState'>;
  readonly at: number;
}

/** Fields for one action's arguments, by its tool's schema. `/app.js` reads them by the same rules; the authority checks them. */
export function editForm(gate: Gate, { option, action, at }: Edited, { tools }: Pick<Manifest, 'tools'>): Html | false {
  const tool = tools.find(({ name }) => name === action.tool);
  const fields = tool === undefined ? [] : argumentForm(tool.inputSchema, action.args);
  if (fields.length === 0) return false;
  const steps = option.actions.length > 1 ? ` step ${at + 1}` : '';
  return html`<details class="edit">
    <summary>Edit${steps}…</summary>
    <p class="soft">
      Belay looks at the target again with these, and asks for approval of that. This one is withdrawn.
    </p>
    <form
      data-edit="${gate.id}"
      data-run="${gate.run}"
      data-option="${option.id}"
      data-digest="${option.digest}"
      data-action="${at}"
      data-args="${JSON.stringify(action.args)}"
      data-fields="${JSON.stringify(fields)}"
    >
      ${fields.map((field) => fieldControl(field))}
      <button type="submit">Ask with these</button>
      <output role="status"></output>
    </form>
  </details>`;
}

function fieldControl(field: ArgumentField): Html {
  const { name, kind, choices, text, hint, required } = field;
  const help = [kind === 'json' && 'as JSON', kind === 'texts' && 'one a line', hint].filter(Boolean).join('; ');
  return html`<label class="field">
    <span>${name}${!required && ' (optional)'}${help !== '' && html` <small>${help}</small>`}</span>
    ${
      choices.length > 0
        ? html`<select name="${name}">
            ${!required && html`<option value="">(not given)</option>`}
            ${choices.map((choice) => html`<option value="${choice}" ${choice === text && html`selected`}>${choice}</option>`)}
          </select>`
        : kind === 'texts' || kind === 'json' || text.includes('\n')
          ? html`<textarea name="${name}" rows="3" spellcheck="false">${text}</textarea>`
          : html`<input
              name="${name}"
              value="${text}"
              autocomplete="off"
              spellcheck="false"
              ${(kind === 'integer' || kind === 'number') && html`inputmode="decimal"`}
            />`
    }
    <em class="bad" data-problem="${name}"></em>
  </label>`;
}

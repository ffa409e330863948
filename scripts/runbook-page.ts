import type { Manifest, RunbookEntry, ToolEntry } from '../src/domain/manifest.ts';
import { argumentForm } from '../src/domain/argument-form.ts';

/** A cell of a table: its bars would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;

function defaultOf(entry: RunbookEntry, field: string): string {
  const { properties } = entry.inputSchema;
  const property: unknown =
    typeof properties === 'object' && properties !== null ? Reflect.get(properties, field) : null;
  const value: unknown =
    typeof property === 'object' && property !== null ? Reflect.get(property, 'default') : undefined;
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function inputs(entry: RunbookEntry): string[] {
  const fields = argumentForm(entry.inputSchema, {});
  return [
    row('input', 'what it is', 'unless given'),
    '|---|---|---|',
    ...fields.map(({ name, hint, required }) =>
      row(`\`${name}\``, hint, required && defaultOf(entry, name) === '' ? 'must be given' : defaultOf(entry, name)),
    ),
  ];
}

const undoOf = ({ risk, reversible }: ToolEntry): string => (risk === 'read' ? '' : reversible);

function tools(entry: RunbookEntry, known: readonly ToolEntry[]): string[] {
  const named = known.filter(({ name }) => entry.tools.includes(name));
  const changes = (tool: ToolEntry): number => Number(tool.risk !== 'read');
  return [
    row('tool', 'risk', 'can be undone', 'what it does'),
    '|---|---|---|---|',
    ...named
      .toSorted((a, b) => changes(b) - changes(a))
      .map((tool) => row(`\`${tool.name}\``, tool.risk, undoOf(tool), tool.description)),
  ];
}

/** A runbook's page, made from its definition and from nothing else. */
export function runbookPage(entry: RunbookEntry, manifest: Pick<Manifest, 'tools'>): string {
  const { name, version, title, description, fromAlert } = entry;
  const alerts =
    fromAlert === null
      ? 'No alert starts it.'
      : `Alerts start it where a route says so; their labels give ${Object.entries(fromAlert)
          .map(([field, labels]) => `\`${field}\` (${labels.map((label) => `\`${label}\``).join(' or ')})`)
          .join(', ')}.`;
  return [
    `<!-- Made from the runbook's definition: node scripts/runbook-docs.ts -->`,
    '',
    `# ${title}`,
    '',
    `\`${name}\`, version ${version}. ${description}`,
    '',
    '```sh',
    `node bin/belay.mjs run ${name}`,
    '```',
    '',
    `${alerts} From Slack: \`/belay run ${name}\`; by the clock: [schedules](../schedules.md).`,
    '',
    '## Inputs',
    '',
    ...inputs(entry),
    '',
    '## Tools it may use',
    '',
    'Reading others is refused by its permit, proposing others by the authority. Those that change something come first.',
    '',
    ...tools(entry, manifest.tools),
    '',
  ].join('\n');
}

import { OWN_QUESTIONS, OWN_SYSTEM, ownTool } from './own-questions.ts';

const TYPES = `entity Group;
entity Person in [Group];
entity Target = {
  system: String,
  connection: String,
  key: String,
  name: String,
  team: String,
  environment?: String,
  dataClass?: String,
  account?: String,
  cluster?: String,
  namespace?: String
} tags String;
type Circumstances = {
  risk: String,
  reversible: String,
  runbook: String,
  family: String,
  proposedBy: String,
  blastRadius: { count: Long, unit: String, percent?: Long },
  owner: String,
  freezes: Set<String>,
  dryRun: Bool,
  incident: { open: Bool, responder?: Person },
  stepUpPossible: Bool,
  money?: { amount: decimal, currency: String },
  at: datetime,
  weekday: String
};
`;

const applies = 'appliesTo { principal: [Person], resource: [Target], context: Circumstances }';
const quoted = (name: string): string => JSON.stringify(name);

/**
 * What policies may speak of, in Cedar's own schema language: `Person in Group`, `Target` with its tags, the tools of the
 * manifest as actions, each in the group of its system, and the authority's own questions. Policies are validated against
 * it strictly, so a misspelt attribute or tool does not load.
 */
export function cedarSchema(tools: readonly string[]): string {
  const names = [...tools, ...OWN_QUESTIONS.map(ownTool)];
  const systems = new Set([...names.map((name) => name.split('.')[0] ?? name), OWN_SYSTEM]);
  return [
    TYPES,
    ...[...systems].map((system) => `action ${quoted(system)};`),
    ...names.map((name) => `action ${quoted(name)} in [${quoted(name.split('.')[0] ?? name)}] ${applies};`),
  ].join('\n');
}

/** Attributes with few values, so that a misspelt one is found: Cedar itself takes any text for them. */
export const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  risk: ['read', 'write', 'destructive'],
  reversible: ['yes', 'partly', 'no'],
  proposedBy: ['rules', 'model', 'person'],
  weekday: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
};

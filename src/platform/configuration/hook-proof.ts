/** Sources that a `BELAY_HOOK_…` variable may name; `generic/<name>` is spelled `GENERIC_<NAME>`. */
const SOURCES = [
  'alertmanager',
  'grafana',
  'datadog',
  'pagerduty',
  'sns',
  'eventbridge',
  'sentry',
  'opsgenie',
  'newrelic',
  'github',
  'gitlab',
  'argocd',
  'cloudevents',
];

/** What a webhook must prove: any one of the HMAC secrets or bearer tokens. Both empty: open on loopback only. */
export interface HookProof {
  readonly secrets: readonly string[];
  readonly tokens: readonly string[];
}

const PATTERN = /^BELAY_HOOK_([A-Z0-9_]+)_(SECRET|TOKEN)$/;

/** The part of a variable's name that stands for a source: `generic/my-thing` → `GENERIC_MY_THING`. */
const spelled = (source: string): string => source.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');

/** The variables that hold a source's proof, for messages. */
export const hookVariables = (source: string): { secret: string; token: string } => ({
  secret: `BELAY_HOOK_${spelled(source)}_SECRET`,
  token: `BELAY_HOOK_${spelled(source)}_TOKEN`,
});

/** True for every name of the form `BELAY_HOOK_<SOURCE>_SECRET|_TOKEN`, whether or not the source exists. */
export const isHookVariable = (name: string): boolean => PATTERN.test(name);

/**
 * Reads all hook variables of an environment. A variable that is set and empty is a problem, not "no proof": it is most
 * often a secret that failed to load, and going on would open the door. So is one for a source that does not exist.
 */
export function readHookProofs(
  env: Readonly<Record<string, string | undefined>>,
  problem: (text: string) => void,
): Map<string, HookProof> {
  const known = new Set(SOURCES.map(spelled));
  const proofs = new Map<string, HookProof>();
  for (const [name, value] of Object.entries(env)) {
    const match = PATTERN.exec(name);
    const key = match?.[1];
    if (key === undefined || value === undefined) continue;
    if (!known.has(key) && !/^GENERIC_[A-Z0-9]/.test(key)) {
      problem(
        `${name}: there is no webhook source "${key.toLowerCase()}"; known are ${SOURCES.join(', ')} and GENERIC_<NAME>`,
      );
      continue;
    }
    const values = value.split(',').map((part) => part.trim());
    if (values.includes('')) {
      problem(
        `${name} is set but empty${values.length > 1 ? ' in one of its places' : ''}; give it a value or unset it`,
      );
      continue;
    }
    const before = proofs.get(key) ?? { secrets: [], tokens: [] };
    proofs.set(key, match?.[2] === 'SECRET' ? { ...before, secrets: values } : { ...before, tokens: values });
  }
  return proofs;
}

/** The proof that a source asks for; with none, both lists are empty. */
export function hookProofOf(proofs: ReadonlyMap<string, HookProof>, source: string): HookProof {
  return proofs.get(spelled(source)) ?? { secrets: [], tokens: [] };
}

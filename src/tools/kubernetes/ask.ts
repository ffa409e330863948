/** One request to the API server, in the words of its access rules, so that a refusal can name the rule that is missing. */
export interface Ask {
  readonly verb: 'get' | 'list' | 'update';
  /** `v1`, `apps/v1`, … */
  readonly api: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** The path and query of a request. Every part is escaped. */
export function pathOf(ask: Ask): string {
  const parts = [
    ask.api.includes('/') ? 'apis' : 'api',
    ...ask.api.split('/'),
    ...(ask.namespace === undefined ? [] : ['namespaces', ask.namespace]),
    ask.resource,
    ...(ask.name === undefined ? [] : [ask.name]),
    ...(ask.subresource === undefined ? [] : [ask.subresource]),
  ];
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(ask.query ?? {})) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return `/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** What is asked for, in words: `deployments/checkout in namespace shop`. */
export function thingOf(ask: Ask): string {
  const resource = ask.subresource === undefined ? ask.resource : `${ask.resource}/${ask.subresource}`;
  const named = ask.name === undefined ? resource : `${resource} "${ask.name}"`;
  return ask.namespace === undefined ? named : `${named} in namespace ${ask.namespace}`;
}

/** The access rule that allows the request, as one line of YAML for a Role or ClusterRole. */
export function ruleFor(ask: Ask): string {
  const group = ask.api.includes('/') ? ask.api.slice(0, ask.api.indexOf('/')) : '';
  const resource = ask.subresource === undefined ? ask.resource : `${ask.resource}/${ask.subresource}`;
  return `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${ask.verb}"]}`;
}

import type { BadDeployInput } from './bad-deploy-input.ts';

// Namespace and name match DNS-1123, so nothing in them can end a PromQL string.
const selector = ({ namespace, name }: BadDeployInput, more = ''): string =>
  `http_requests_total{namespace="${namespace}",deployment="${name}"${more}}`;

/** The share of requests answered 5xx within the window; nothing where there was no request. */
export function errorRatioQuery(input: BadDeployInput): string {
  const { window } = input;
  return (
    input.errorRatioQuery ??
    `(sum(rate(${selector(input, ',code=~"5.."')}[${window}])) or vector(0)) / sum(rate(${selector(input)}[${window}]))`
  );
}

/** How many requests the share above rests on. */
export const requestsQuery = (input: BadDeployInput): string =>
  input.requestsQuery ?? `sum(increase(${selector(input)}[${input.window}]))`;

/** The one number of a query's answer; null where Prometheus knows nothing or says NaN. */
export const numberOf = (facts: { samples: { value: number | null }[] } | undefined): number | null =>
  facts?.samples[0]?.value ?? null;

/** `0.1234` as `12.3 %`. */
export const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

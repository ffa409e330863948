import { evaluatePromql } from '../metrics/evaluate-promql.ts';
import { parsePromql } from '../metrics/parse-promql.ts';
import type { Labels, SampleStore } from '../metrics/sample-store.ts';

const ERRORS = 'http_requests_total{namespace="shop",deployment="checkout",code=~"5.."}';
const ALL = 'http_requests_total{namespace="shop",deployment="checkout"}';

export const ERROR_RATIO = `(sum(rate(${ERRORS}[10s])) or vector(0)) / sum(rate(${ALL}[10s]))`;
const THRESHOLD = 0.05;
const FOR_MS = 3000;
const NAME = 'HighErrorRate';

const LABELS: Labels = {
  alertname: NAME,
  severity: 'critical',
  cluster: 'belay-sandbox',
  namespace: 'shop',
  deployment: 'checkout',
};

export interface ActiveAlert {
  labels: Labels;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
  activeAt: string;
  value: string;
}

/** The one alerting rule: checkout answers more than 5 % of its requests with an error, for 3 s. */
export class AlertRule {
  readonly expression = `${ERROR_RATIO} > ${THRESHOLD}`;
  readonly #parsed = parsePromql(ERROR_RATIO);
  readonly #samples: SampleStore;
  #activeAt: number | undefined;
  #firing = false;
  #ratio = Number.NaN;
  #evaluatedAt = 0;

  constructor(samples: SampleStore) {
    this.#samples = samples;
  }

  /** The share of failed requests over the last 10 s; NaN when there were none. */
  get ratio(): number {
    return this.#ratio;
  }

  evaluate(now: number = Date.now()): void {
    const value = evaluatePromql(this.#parsed, this.#samples.all(), now);
    this.#ratio = (value.type === 'vector' ? value.points[0]?.value : value.value) ?? Number.NaN;
    this.#evaluatedAt = now;
    if (!(this.#ratio > THRESHOLD)) {
      this.#activeAt = undefined;
      this.#firing = false;
      return;
    }
    this.#activeAt ??= now;
    this.#firing ||= now - this.#activeAt >= FOR_MS;
  }

  /** As `GET /api/v1/alerts` lists them: at most the one. */
  alerts(): ActiveAlert[] {
    if (this.#activeAt === undefined) return [];
    const percent = `${(this.#ratio * 100).toFixed(1)} %`;
    return [
      {
        labels: LABELS,
        annotations: {
          summary: `checkout in shop fails ${percent} of its requests`,
          description: `More than 5 % of the requests to checkout were answered with 5xx over the last 10 s (now ${percent}).`,
        },
        state: this.#firing ? 'firing' : 'pending',
        activeAt: new Date(this.#activeAt).toISOString(),
        value: this.#ratio.toExponential(),
      },
    ];
  }

  /** As `GET /api/v1/rules` shows its group. */
  group(): Record<string, unknown> {
    const alerts = this.alerts();
    const lastEvaluation = new Date(this.#evaluatedAt).toISOString();
    const rule = {
      type: 'alerting',
      name: NAME,
      query: this.expression,
      duration: FOR_MS / 1000,
      labels: { severity: 'critical', cluster: 'belay-sandbox', namespace: 'shop', deployment: 'checkout' },
      annotations: {},
      alerts,
      health: 'ok',
      state: alerts[0]?.state ?? 'inactive',
      lastEvaluation,
      evaluationTime: 0,
    };
    return { name: 'shop', file: 'sandbox', interval: 1, rules: [rule], lastEvaluation, evaluationTime: 0, limit: 0 };
  }
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
}

export interface Series {
  labels: Labels;
  /** Oldest first. A series that ended carries `stale` at its end. */
  samples: (Sample | { at: number; stale: true })[];
}

const KEPT_MS = 2 * 3_600_000;

const keyOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The samples of the last two hours, by series. The metric's name is the label `__name__`. */
export class SampleStore {
  #series = new Map<string, Series>();

  /** Stores one scrape: a series that was there before and is not in it any more is marked stale, as Prometheus does. */
  record(at: number, samples: { labels: Labels; value: number }[]): void {
    const seen = new Set<string>();
    for (const { labels, value } of samples) {
      const key = keyOf(labels);
      seen.add(key);
      const series = this.#series.get(key) ?? { labels, samples: [] };
      this.#series.set(key, series);
      series.samples.push({ at, value });
    }
    for (const [key, { samples: kept }] of this.#series) {
      const last = kept.at(-1);
      if (!seen.has(key) && last && !('stale' in last)) kept.push({ at, stale: true });
      while (kept[0] && kept[0].at < at - KEPT_MS) kept.shift();
      if (kept.length === 0) this.#series.delete(key);
    }
  }

  all(): Series[] {
    return [...this.#series.values()];
  }
}

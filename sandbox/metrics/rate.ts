import type { Sample } from './sample-store.ts';

/**
 * Prometheus' `extrapolatedRate` for counters: the increase over a window, resets added back, stretched to the edges of the window
 * where samples come close to them, never below zero. `undefined` with fewer than two samples.
 */
export function increase(samples: Sample[], start: number, end: number): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return undefined;
  let total = last.value - first.value;
  let before = first.value;
  for (const { value } of samples.slice(1)) {
    if (value < before) total += before;
    before = value;
  }
  const sampled = (last.at - first.at) / 1000;
  const average = sampled / (samples.length - 1);
  let toStart = (first.at - start) / 1000;
  const toEnd = (end - last.at) / 1000;
  // A counter cannot have been below zero: do not reach further back than where it would have been zero.
  if (total > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / total));
  const threshold = average * 1.1;
  const reach = (gap: number): number => (gap < threshold ? gap : average / 2);
  return total * ((sampled + reach(toStart) + reach(toEnd)) / sampled);
}

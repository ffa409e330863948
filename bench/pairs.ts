/** What one side of a pair took, in milliseconds. */
export type Side = () => Promise<number>;

/** How long `work` took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

const show = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} / ${median(values).toFixed(1)} / ${Math.max(...values).toFixed(1)}`;

/** Runs both sides in turn, five times, so that whatever else the machine does hits both; prints min / median / max and the ratio of medians. */
export async function pairs(
  title: string,
  unit: string,
  ours: Side,
  bare: Side,
  rounds = 5,
): Promise<{ ratio: number; ours: number; bare: number }> {
  const [a, b]: [number[], number[]] = [[], []];
  await ours();
  await bare();
  for (let round = 0; round < rounds; round += 1) {
    // The order alternates: the second of a pair finds warm caches.
    if (round % 2 === 0) {
      a.push(await ours());
      b.push(await bare());
    } else {
      b.push(await bare());
      a.push(await ours());
    }
  }
  const ratio = median(a) / median(b);
  console.log(
    `${title}\n  belay  ${show(a)} ${unit}\n  bare   ${show(b)} ${unit}\n  ratio  ${ratio.toFixed(2)} ×   (min / median / max of ${rounds} interleaved pairs)\n`,
  );
  return { ratio, ours: median(a), bare: median(b) };
}

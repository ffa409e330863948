/** One answer for each, in their order, at most `width` under way at a time; the first failure ends it. */
export async function sideBySide<T, R>(all: readonly T[], width: number, ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers = Array.from<R>({ length: all.length });
  const waiting = all.entries();
  let over = false;
  const lane = async (): Promise<void> => {
    for (const [at, one] of waiting) {
      if (over) return;
      try {
        answers[at] = await ask(one);
      } catch (error) {
        over = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, all.length) }, lane));
  return answers;
}

/** Lets at most so many do something at once; the others wait in the order they came. */
export type TakeTurns = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a line for `atOnce` at a time. */
export function takeTurns(atOnce: number): TakeTurns {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed on without becoming free, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';

/** SQLSTATEs of a database that is starting, stopping or full; everything else it says stays true however long one waits. */
const PASSES = /^(57P0\d|53\d{3}|08\w{3})$/;

/** With a digit, unlike `EPIPE`. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** What the database refuses is no matter of time. @throws CliError (exit 2) for that; everything else passes unchanged. */
export async function unlessRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !SQLSTATE.test(code) || PASSES.test(code)) throw error;
    throw new CliError(`The database refuses: ${reasonOf(error)} (${code}).`, 2, { cause: error });
  }
}

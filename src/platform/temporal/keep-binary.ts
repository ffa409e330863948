import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Lets `make` put a binary into a scratch folder beside `to`, then moves it there in one step, so that nobody ever runs
 * half a binary and two that fetch at once do not harm each other. The scratch folder goes in any case.
 */
export async function keepBinary(to: string, make: (scratch: string) => Promise<string>): Promise<string> {
  await mkdir(dirname(to), { recursive: true });
  const scratch = await mkdtemp(join(dirname(to), '.new-'));
  try {
    const made = await make(scratch);
    await chmod(made, 0o755);
    await rename(made, to);
    return to;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

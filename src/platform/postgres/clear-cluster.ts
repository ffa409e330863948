import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopProcess } from '../process/process-record.ts';
import { processesIn } from '../process/processes-in.ts';

const PATIENCE_MS = 10_000;

/**
 * Makes a cluster free to be started on, after whatever became of the Belay before: a server of it that still runs is
 * stopped, processes of a killed one are waited for, and its lock file goes once nobody works in the folder. PostgreSQL
 * itself would refuse when the pid in that file is a zombie or by now another process, which is usual in containers.
 * Only where the system tells who works in a folder; elsewhere PostgreSQL's own check is what there is. The caller holds
 * the data folder, so nobody starts one meanwhile.
 */
export async function clearCluster(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const working = processesIn(folder);
  if (working === undefined) return;
  const server = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (working.includes(server)) await stopProcess(server, 'SIGINT', 2 * PATIENCE_MS);
  const deadline = Date.now() + PATIENCE_MS;
  for (let left = processesIn(folder) ?? []; left.length > 0; left = processesIn(folder) ?? []) {
    // They see by themselves that their server is gone, except in the middle of something long.
    if (Date.now() > deadline) await Promise.all(left.map((pid) => stopProcess(pid, 'SIGTERM', 1000)));
    await sleep(20);
  }
  rmSync(lock, { force: true });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, 'tools-worker.ts');

/** Tools workers as real processes, of which a number is kept at work whatever is done to them. */
export class WorkerFleet {
  readonly counts = { killed: 0, frozen: 0, started: 0 };
  private readonly env: Readonly<Record<string, string>>;
  private readonly size: number;
  private readonly children = new Map<number, ChildProcess>();
  private readonly frozen = new Set<number>();
  private stopping = false;

  constructor(env: Readonly<Record<string, string>>, size: number) {
    this.env = env;
    this.size = size;
  }

  /** Starts what is missing; resolves when the first of them serves its queue. */
  async start(): Promise<void> {
    await Promise.race(this.fill());
  }

  kill(pid: number): void {
    if (!this.children.get(pid)?.kill('SIGKILL')) return;
    this.counts.killed += 1;
  }

  freeze(pid: number): void {
    if (this.frozen.has(pid) || !this.children.get(pid)?.kill('SIGSTOP')) return;
    this.counts.frozen += 1;
    this.frozen.add(pid);
    void this.fill();
  }

  thaw(pid: number): void {
    if (!this.frozen.delete(pid)) return;
    this.children.get(pid)?.kill('SIGCONT');
    // It may finish what it was at; where there are too many by now, one goes the way of the others.
    setTimeout(() => {
      if (this.atWork() > this.size) this.children.get(pid)?.kill('SIGKILL');
    }, 2_000).unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const ended = [...this.children.values()].map((child) => once(child, 'close'));
    for (const child of this.children.values()) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  /** How many run and are not frozen. */
  atWork(): number {
    return this.children.size - this.frozen.size;
  }

  private fill(): Promise<void>[] {
    const started: Promise<void>[] = [];
    while (!this.stopping && this.atWork() < this.size) started.push(this.spawn());
    return started;
  }

  private async spawn(): Promise<void> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('a worker process could not be started');
    this.counts.started += 1;
    this.children.set(pid, child);
    child.once('close', () => {
      this.children.delete(pid);
      this.frozen.delete(pid);
      void this.fill();
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  }
}

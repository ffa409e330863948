import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ms from 'ms';
import { Failure } from '../../domain/failure.ts';
import { parseOcsf } from './parse-ocsf.ts';
import { parseSarif } from './parse-sarif.ts';
import type { ParsedScan } from './parsed-scan.ts';
import { objectReader } from './read-object.ts';
import { type Output, readOutput } from './read-output.ts';
import { runProgram } from './run-program.ts';
import { OUTPUT, type ProgramSettings, type ScannerSettings } from './scanner-settings.ts';

/** A scan, and when it was made: when the program was started, or the file was written. */
export interface MadeScan extends ParsedScan {
  readonly madeAt: Date;
}

/** One source of findings. */
export interface ScannerClient {
  /** True where asking makes a new scan; else it is whatever somebody left there. */
  readonly live: boolean;
  /** @throws Failure that says which scanner or file, and what is wrong. */
  scan(signal: AbortSignal, now: Date): Promise<MadeScan>;
}

type MakeOutput = (signal: AbortSignal, now: Date) => Promise<Output>;

/** Variables by their names; PATH beside them, so that a scanner finds what it calls. */
const environmentOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    ['PATH', ...names].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const run =
  (settings: ProgramSettings): MakeOutput =>
  async (signal, now) => {
    const folder = await mkdtemp(join(tmpdir(), 'belay-scan-'));
    try {
      const argv = settings.argv.map((one) => one.replaceAll(OUTPUT, folder));
      const { env, success } = settings;
      const timeoutMs = ms(settings.timeout);
      await runProgram({ argv, cwd: folder, env: environmentOf(env), timeoutMs, success, signal });
      const name = `${settings.argv[0]}'s ${settings.output}`;
      return { ...(await readOutput(join(folder, settings.output), name)), madeAt: now };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

/** Somebody else's scan, as long as it is young enough to say something. */
const notOlder =
  (maxAge: string | undefined, read: (signal: AbortSignal) => Promise<Output>): MakeOutput =>
  async (signal, now) => {
    const output = await read(signal);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the settings' schema took it as a duration
    const most = maxAge === undefined ? Number.POSITIVE_INFINITY : ms(maxAge as ms.StringValue);
    if (now.getTime() - output.madeAt.getTime() <= most) return output;
    throw new Failure(
      'stop.unsupported',
      `${output.name} was written at ${output.madeAt.toISOString()} and is older than ${maxAge}: nothing scanned since`,
    );
  };

function outputOf(settings: ScannerSettings): MakeOutput {
  switch (settings.kind) {
    case 'run':
      return run(settings);
    case 'file':
      return notOlder(settings.maxAge, () => readOutput(settings.path, settings.path));
    case 'bucket':
      return notOlder(settings.maxAge, objectReader(settings));
  }
}

const PARSERS = { ocsf: parseOcsf, sarif: parseSarif } as const;

/** Makes the client; starts and reads nothing yet. */
export function connectScanner(settings: ScannerSettings): ScannerClient {
  const make = outputOf(settings);
  return {
    live: settings.kind === 'run',
    scan: async (signal, now) => {
      const { name, text, madeAt } = await make(signal, now);
      return { ...(await PARSERS[settings.format](name, text)), madeAt };
    },
  };
}

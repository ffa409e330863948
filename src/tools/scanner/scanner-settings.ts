import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';

/** Stands in a scanner's arguments for the fresh folder that it writes to. */
export const OUTPUT = '{output}';

const Duration = z.templateLiteral([z.int().min(1).max(10_000), z.enum(['s', 'm', 'h', 'd'])], {
  error: 'is no duration such as 90s, 30m or 24h',
});
const Path = z.string().min(1).max(1000);

const shared = {
  /** How its output is written. */
  format: z.enum(['ocsf', 'sarif']).default('ocsf'),
};

/** Its output must stay below the folder that was made for it. */
const Below = Path.refine(
  (path) => !isAbsolute(path) && !normalize(path).startsWith('..') && normalize(path) !== '.',
  `names a file below ${OUTPUT}, such as scan.ocsf.json`,
);

/** The only program that a scanner's connection ever starts, with these arguments and no others. */
const Run = z.strictObject({
  ...shared,
  kind: z.literal('run'),
  /** No shell reads them: an argument is an argument, whatever is in it. */
  argv: z
    .array(z.string().min(1).max(2000))
    .min(1)
    .max(200)
    .refine(([program = '']) => !program.includes('{'), 'begins with the program, by its name or path')
    .refine((argv) => argv.some((one) => one.includes(OUTPUT)), `nowhere says ${OUTPUT}, the folder to write to`)
    .refine(
      (argv) => argv.every((one) => !/\{[a-z]/i.test(one.replaceAll(OUTPUT, ''))),
      `holds a placeholder that is none; ${OUTPUT} is the only one`,
    ),
  /** The file it writes, below that folder. */
  output: Below,
  timeout: Duration.default('30m'),
  /** Names of variables that it gets from the worker's environment, beside PATH; no others reach it. */
  env: z.array(z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a variable')).default([]),
  /** Exit codes that mean that it did its work: Prowler ends with 3 where it found something. */
  success: z.array(z.int().min(0).max(255)).min(1).default([0]),
});

/** A scan that something else makes. Older than `maxAge` it is refused; without it, its age is said and no more. */
const File = z.strictObject({
  ...shared,
  kind: z.literal('file'),
  path: Path.refine(isAbsolute, 'is no absolute path'),
  maxAge: Duration.optional(),
});

/** The same as an object of S3. Credentials are AWS's own variables or role. */
const Bucket = z.strictObject({
  ...shared,
  kind: z.literal('bucket'),
  bucket: z.string().min(3).max(63),
  key: z.string().min(1).max(1024),
  region: z.string().optional(),
  endpoint: z.url({ protocol: /^https?$/, error: 'is no http or https address' }).optional(),
  maxAge: Duration.optional(),
});

/** Where one source of findings comes from. */
export const ScannerSettings = z.discriminatedUnion('kind', [Run, File, Bucket]);
export type ScannerSettings = z.infer<typeof ScannerSettings>;
export type ProgramSettings = z.infer<typeof Run>;

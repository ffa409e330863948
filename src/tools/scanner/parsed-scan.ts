import { Failure } from '../../domain/failure.ts';
import { Finding } from '../../domain/finding.ts';
import { MOST_FINDINGS, type Unusable } from '../../domain/scan.ts';
import { oneLine } from '../one-line.ts';

/** What a scanner's output says, whatever its format. */
export interface ParsedScan {
  readonly scanner: string;
  readonly version: string | null;
  /** Each once; where an output says two things of one, the worse. */
  readonly findings: readonly Finding[];
  readonly duplicates: number;
  /** All that could not be used, in its order. */
  readonly unusable: readonly Unusable[];
}

/** Collects what a parser finds, so that every format counts and bounds it the same way. */
export interface Collector {
  add(where: string, finding: Finding): void;
  unusable(where: string, why: string): void;
  result(of: { scanner: string; version: string | null }): ParsedScan;
}

/** How many elements are looked at before others get their turn: a worker must beat while it reads a large scan. */
const AT_ONCE = 250;

/** Looks at many things one by one, without keeping the process to itself for long. */
export async function eachOf<T>(all: readonly T[], look: (one: T, index: number) => void): Promise<void> {
  for (const [index, one] of all.entries()) {
    look(one, index);
    if (index % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Which of two words on one resource stands: what fails outweighs what passes. */
const WEIGHT = { FAIL: 3, MANUAL: 2, MUTED: 1, PASS: 0 } as const;

/** @throws Failure `stop.unsupported`, from `add`, at more than `MOST_FINDINGS`: a cut-off list would hide the rest. */
export function collector(): Collector {
  const findings = new Map<string, Finding>();
  const unusable: Unusable[] = [];
  let duplicates = 0;
  const leaveOut = (where: string, why: string) =>
    void unusable.push({ where: oneLine(where, 200), why: oneLine(why, 300) });
  return {
    add: (where, given) => {
      const parsed = Finding.safeParse(given);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        leaveOut(where, `${issue?.path.join('.') ?? 'finding'}: ${issue?.message ?? 'is not valid'}`);
        return;
      }
      const finding = parsed.data;
      const before = findings.get(finding.identity);
      if (before) duplicates += 1;
      if (before && WEIGHT[before.status] >= WEIGHT[finding.status]) return;
      findings.set(finding.identity, finding);
      if (findings.size > MOST_FINDINGS)
        throw new Failure('stop.unsupported', `the scan has over ${MOST_FINDINGS} findings; let it look at less`);
    },
    unusable: leaveOut,
    result: ({ scanner, version }) => ({
      scanner,
      version,
      findings: [...findings.values()],
      duplicates,
      unusable,
    }),
  };
}

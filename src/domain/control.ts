import { z } from 'zod';

/** A requirement of a framework that a check speaks to, by the scanner's own map. */
export const Control = z.object({ framework: z.string().min(1).max(80), id: z.string().min(1).max(120) });
export type Control = z.infer<typeof Control>;

interface Framework {
  /** How scanners spell it. */
  readonly spelt: RegExp;
  readonly named: (version: string | undefined) => string;
  /** What one of its requirements looks like, in the scanners' spelling. */
  readonly id: RegExp;
}

const withVersion =
  (name: string, between = ' ') =>
  (version: string | undefined) =>
    version === undefined ? name : `${name}${between}${version}`;

/** The frameworks that auditors ask for most; others keep the name that their scanner gives them. */
const FRAMEWORKS: readonly Framework[] = [
  { spelt: /^CIS(?:[-_ ]v?(\d+(?:\.\d+)*))?$/i, named: withVersion('CIS'), id: /^\d+(\.\d+)+$/ },
  { spelt: /^SOC[-_ ]?2$/i, named: withVersion('SOC 2'), id: /^(CC|A|C|P|PI)[-_ .]?\d+([-_.]\d+)*$/i },
  {
    spelt: /^ISO(?:[-_/ ]?IEC)?[-_ ]?27001(?:[-_: ](\d{4}))?$/i,
    named: withVersion('ISO 27001', ':'),
    id: /^(A\.)?\d+(\.\d+)+$/i,
  },
  { spelt: /^PCI(?:[-_ ]?DSS)?(?:[-_ ]v?(\d+(?:\.\d+)*))?$/i, named: withVersion('PCI DSS'), id: /^A?\d+(\.\d+)*$/i },
  { spelt: /^HIPAA$/i, named: withVersion('HIPAA'), id: /^164[._]\d+/ },
];

/** One name for one framework, however it is spelt: `PCI-4.0` is `PCI DSS 4.0`. What is not known keeps its name. */
export function frameworkName(spelt: string): string {
  for (const { spelt: pattern, named } of FRAMEWORKS) {
    const match = pattern.exec(spelt);
    if (match) return named(match[1]);
  }
  return spelt;
}

/** True where a known framework has no requirement that looks like this; it is kept all the same, and said. */
export const isStrange = ({ framework, id }: Control): boolean =>
  FRAMEWORKS.some(({ spelt, id: form }) => spelt.test(framework) && !form.test(id));

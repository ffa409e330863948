import { z } from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { BillLine } from './bill.ts';

const KeyValues = z.object({ Key: z.string(), Values: z.array(z.string()).min(1) });

/** What narrows a bill down, as Cost Explorer writes it. */
export interface CostFilter {
  And?: CostFilter[] | undefined;
  Or?: CostFilter[] | undefined;
  Not?: CostFilter | undefined;
  Dimensions?: z.infer<typeof KeyValues> | undefined;
  Tags?: z.infer<typeof KeyValues> | undefined;
}

export const CostFilter: z.ZodType<CostFilter> = z.lazy(() =>
  z.object({
    And: z.array(CostFilter).optional(),
    Or: z.array(CostFilter).optional(),
    Not: CostFilter.optional(),
    Dimensions: KeyValues.optional(),
    Tags: KeyValues.optional(),
  }),
);

const DIMENSIONS: Readonly<Record<string, (line: BillLine) => string>> = {
  LINKED_ACCOUNT: ({ account }) => account,
  REGION: ({ region }) => region,
  SERVICE: ({ service }) => service,
  USAGE_TYPE: ({ usageType }) => usageType,
  RECORD_TYPE: () => 'Usage',
};

/** What a dimension of a line is. @throws AwsError ValidationException for a dimension that the sandbox does not have */
export function dimensionOf(key: string): (line: BillLine) => string {
  const dimension = Object.hasOwn(DIMENSIONS, key) ? DIMENSIONS[key] : undefined;
  if (!dimension) throw new AwsError('ValidationException', `The sandbox has no dimension ${key}.`);
  return dimension;
}

/** Whether a line fits. @throws AwsError ValidationException */
export function fitsFilter(filter: CostFilter | undefined): (line: BillLine) => boolean {
  if (!filter) return () => true;
  const { And: and, Or: or, Not: not, Dimensions: dimensions, Tags: tags } = filter;
  if (and) return (line) => and.every((each) => fitsFilter(each)(line));
  if (or) return (line) => or.some((each) => fitsFilter(each)(line));
  if (not) return (line) => !fitsFilter(not)(line);
  if (tags) return (line) => tags.Values.includes(line.tags[tags.Key] ?? '');
  if (!dimensions) throw new AwsError('ValidationException', 'A filter has one of And, Or, Not, Dimensions, Tags.');
  const valueOf = dimensionOf(dimensions.Key);
  return (line) => dimensions.Values.includes(valueOf(line));
}

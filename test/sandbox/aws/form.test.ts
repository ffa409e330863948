import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { AwsError } from '../../../sandbox/aws/protocol/aws-error.ts';
import { formOf } from '../../../sandbox/aws/protocol/form.ts';

const name = fc.stringMatching(/^[A-Z][a-zA-Z]{0,8}$/);

test('lists and lists of structures come back as they were written, in their order and with any text', () => {
  const structures = fc.array(fc.array(fc.string(), { maxLength: 12 }), { maxLength: 12 });
  fc.assert(
    fc.property(name, name, structures, (outer, inner, values) => {
      const parameters = new URLSearchParams();
      const written = values.flatMap((list, index) =>
        list.map((value, at) => [`${outer}.${index + 1}.${inner}.${at + 1}`, value] as const),
      );
      // The order on the wire says nothing: the numbers do.
      for (const [key, value] of written.toReversed()) parameters.append(key, value);
      const read = formOf(new URLSearchParams(parameters.toString()))
        .each(outer)
        .map((each) => each.list(inner));
      expect(read).toEqual(values.filter((list) => list.length > 0));
    }),
  );
});

test.each([
  [{}, 'MissingParameter'],
  [{ Size: 'ten' }, 'InvalidParameterValue'],
  [{ Size: '-1' }, 'InvalidParameterValue'],
  [{ Size: '1.5' }, 'InvalidParameterValue'],
])('%j is no size: %s', (parameters: Record<string, string>, code) => {
  const form = formOf(new URLSearchParams(parameters));
  const read = (): unknown => [form.required('Size'), form.int('Size')];
  expect(read).toThrow(AwsError);
  expect(read).toThrow(expect.objectContaining({ code }));
});

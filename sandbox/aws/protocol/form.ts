import { AwsError } from './aws-error.ts';

/** The parameters of a query protocol, or one structure within them: `Filter.2.Value.1`. */
export interface Form {
  text(name: string): string | undefined;
  /** @throws AwsError MissingParameter */
  required(name: string): string;
  /** A list of plain values: `VolumeId.1`, `VolumeId.2`. */
  list(name: string): string[];
  /** A list of structures, in their order. */
  each(name: string): Form[];
  /** @throws AwsError InvalidParameterValue when it is no whole number */
  int(name: string): number | undefined;
  flag(name: string): boolean;
}

const byNumber = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number => a - b;

export function formOf(parameters: URLSearchParams, prefix = ''): Form {
  const text = (name: string): string | undefined => parameters.get(`${prefix}${name}`) ?? undefined;
  /** The numbers under a name, with what follows them. */
  const numbered = (name: string): (readonly [number, string])[] => {
    const start = `${prefix}${name}.`;
    const found = new Map<number, string>();
    for (const key of parameters.keys()) {
      const number = key.startsWith(start) ? Number(key.slice(start.length).split('.', 1)[0]) : Number.NaN;
      if (Number.isInteger(number)) found.set(number, `${start}${number}`);
    }
    return [...found].sort(byNumber);
  };
  return {
    text,
    required: (name) => {
      const value = text(name);
      if (value === undefined || value === '')
        throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
      return value;
    },
    list: (name) => numbered(name).flatMap(([, path]) => parameters.get(path) ?? []),
    each: (name) => numbered(name).map(([, path]) => formOf(parameters, `${path}.`)),
    int: (name) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,9}$/.test(value))
        throw new AwsError('InvalidParameterValue', `Invalid value '${value}' for ${name}. It is no whole number.`);
      return Number(value);
    },
    flag: (name) => text(name) === 'true',
  };
}

/** Command line flags, as `--name=value`; a list repeats the flag. */
export function flags(values: Readonly<Record<string, string | number | boolean | readonly string[]>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [value].flat().map((one) => `--${name}=${one}`));
}

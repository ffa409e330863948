import { defineSystem } from '../../sdk/define-system.ts';
import { commits } from './commits.ts';
import { connectGithub, GithubSettings } from './connect.ts';

/** GitHub: what was committed, read only. */
export const github = defineSystem({
  name: 'github',
  settings: GithubSettings,
  connect: connectGithub,
  tools: [commits],
});

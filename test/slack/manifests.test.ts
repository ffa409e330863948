import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const Manifest = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string(), should_escape: z.literal(false) })) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    interactivity: z.object({ is_enabled: z.literal(true), request_url: z.string().optional() }),
    socket_mode_enabled: z.boolean(),
  }),
});

const file = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const read = async (name: string) => Manifest.parse(parse(await file(`deploy/slack/${name}.yaml`)));

describe('the app manifests', () => {
  test('minimal asks for three scopes and needs no public address', async () => {
    const { oauth_config, settings, features } = await read('minimal');
    expect(oauth_config.scopes.bot).toEqual(['chat:write', 'commands', 'users:read']);
    expect(settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
    expect(features.slash_commands.map(({ command }) => command)).toEqual(['/belay']);
  });

  test('full asks for at least what minimal does and takes requests where the server has them', async () => {
    const [minimal, full] = await Promise.all([read('minimal'), read('full')]);
    expect(full.oauth_config.scopes.bot).toEqual(expect.arrayContaining(minimal.oauth_config.scopes.bot));
    expect(full.settings.socket_mode_enabled).toBe(false);
    expect(full.settings.interactivity.request_url).toMatch(/^https:.*\/slack\/events$/);
  });

  test('docs/slack.md says what each scope is for', async () => {
    const [docs, full] = await Promise.all([file('docs/slack.md'), read('full')]);
    const rows = docs.split('\n').filter((row) => row.startsWith('| `'));
    for (const scope of full.oauth_config.scopes.bot)
      expect(rows.some((row) => row.split('|')[1]?.includes(`\`${scope}\``))).toBe(true);
  });
});

import { directoryNotes } from '../../domain/directory-problems.ts';
import type { DoctorLine } from '../../domain/doctor-line.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { knownTools, loadFolder } from './bundle-offline.ts';

/** Whether the policy folder would load, and what in its directory may surprise. @throws CliError with all problems. */
export async function folderLine({ BELAY_POLICY: folder }: Configuration): Promise<Omit<DoctorLine, 'what'>> {
  if (folder === undefined) return { how: 'note', text: 'the default set; BELAY_POLICY names a folder of your own' };
  const { directory, policy } = loadFolder(folder, await knownTools());
  const { people, groups } = directory;
  const size = `${policy.policies.length} policies load, ${Object.keys(people).length} people in ${Object.keys(groups).length} groups`;
  const surprises = directoryNotes(directory);
  return surprises.length === 0 ? { how: 'ok', text: size } : { how: 'note', text: `${size}; ${surprises.join('; ')}` };
}

import { readFolder } from '../../authority/bundle/read-folder.ts';
import { whoMayDecide } from '../../authority/people/people-view.ts';
import { directoryOf } from '../../domain/directory.ts';
import type { DoctorLine } from '../../domain/doctor-line.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';

/** Who may decide, group by group, by what is configured now. */
export function peopleLine({ BELAY_APPROVERS: ids, BELAY_POLICY: folder }: Configuration): Omit<DoctorLine, 'what'> {
  if (folder === undefined && (ids ?? []).length === 0) return { how: 'note', text: 'nobody but, embedded, yourself' };
  if (folder === undefined) return { how: 'ok', text: whoMayDecide(directoryOf('approvers', ids ?? [])).text };
  const read = readFolder(folder);
  if ('problems' in read) return { how: 'note', text: 'unknown until the policy folder loads' };
  const { nobody, text } = whoMayDecide(read.content.directory);
  return { how: nobody ? 'bad' : 'ok', text };
}

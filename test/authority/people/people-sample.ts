import type { ActiveBundle } from '../../../src/authority/bundle/active-bundle.ts';
import { simpleBundle } from '../../../src/authority/bundle/simple-bundle.ts';
import { outsideLists, type NarrowingSources } from '../../../src/authority/people/narrowing.ts';
import { Directory } from '../../../src/domain/directory.ts';

/** A directory, parsed as the file is. */
export const directorySample = (people: object, groups: object): Directory => Directory.parse({ v: 1, people, groups });

/** What `standingOf` works with: a directory that can change, a clock that is set by hand, and outside sources. */
export function peopleContext(directory: Directory, sources: NarrowingSources = {}) {
  const clock = { now: Date.parse('2026-03-01T12:00:00.000Z') };
  const state = { directory };
  const bundle = (): ActiveBundle => ({ ...simpleBundle({ approvers: [], solo: false }), directory: state.directory });
  const now = () => new Date(clock.now);
  return { context: { bundle, now, narrowing: outsideLists(sources, now) }, clock, state };
}

import type { AwsStory } from './aws-stage.ts';
import type { Cleanup } from './cleanup.ts';
import type { ClusterPlace } from './cluster-stage.ts';
import type { GatePart } from './gate-part.ts';
import type { Teller } from './teller.ts';

/** Every story there is, and what is wrong in it. */
export const STORIES = {
  'bad-deploy': 'a release that fails is rolled back',
  cost: 'volumes that nothing uses are deleted, after their owners were asked',
  compliance: 'buckets that everybody can read are closed, with a proof of it',
} as const;
export type StoryName = keyof typeof STORIES;

/** Tells a story whose stage is set. */
export type Tell = (how: How) => Promise<void>;
interface How {
  readonly decision: GatePart['decision'];
  readonly teller: Teller;
  /** Where a proof pack is kept. */
  readonly proof: string | undefined;
}

/** Sets the stage of a story; `at` is a cluster to play the default one on. What must be ended goes to `stops` at once. */
export async function prepareStory(
  name: StoryName,
  at: ClusterPlace | undefined,
  say: (text: string) => void,
  stops: Cleanup,
): Promise<Tell> {
  if (name !== 'bad-deploy') return await onAws(name, say, stops);
  const { tellStory } = await import('./story.ts');
  const stage = at
    ? await (await import('./cluster-stage.ts')).setClusterStage(at, say, stops)
    : await (await import('./stage.ts')).setStage(say, stops);
  return (how) => tellStory({ ...how, stage });
}

async function onAws(name: AwsStory & StoryName, say: (text: string) => void, stops: Cleanup): Promise<Tell> {
  const { setAwsStage } = await import('./aws-stage.ts');
  const stage = await setAwsStage(name, say, stops);
  if (name === 'compliance') {
    const { tellComplianceStory } = await import('./compliance-story.ts');
    return (how) => tellComplianceStory({ ...how, stage });
  }
  const { tellCostStory } = await import('./cost-story.ts');
  return (how) => tellCostStory({ ...how, stage });
}

import { badDeploy } from './bad-deploy.ts';
import { publicBuckets } from './public-buckets.ts';
import type { Story } from './story.ts';
import { unattachedVolumes } from './unattached-volumes.ts';

/** Every story there is, in the order in which they are listed. */
export const STORIES: readonly Story[] = [badDeploy, unattachedVolumes, publicBuckets];

export class UnknownStory extends Error {
  override name = 'UnknownStory';
}

/** @throws UnknownStory, listing those there are */
export function storyNamed(name: string): Story {
  const story = STORIES.find((each) => each.name === name);
  if (story) return story;
  const known = STORIES.map((each) => each.name).join(', ');
  throw new UnknownStory(name === '' ? `Name a story: ${known}.` : `There is no story "${name}". Stories: ${known}.`);
}

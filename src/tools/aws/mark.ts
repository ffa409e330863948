/** The tag that names the action which made a resource. */
export const ACTION_TAG = 'belay:action';

/** The tag of a snapshot that names the volume it was made of, and of a volume that names the one it stands in for. */
export const VOLUME_TAG = 'belay:volume';

/** The mark of an action, or of its undo. */
export const markFor = (actionId: string, phase: 'execute' | 'undo'): string =>
  phase === 'execute' ? actionId : `${actionId}:undo`;

import { Checkpoint } from '../../../domain/checkpoint.ts';

/** A checkpoint from text that was kept outside. @throws with `where` in the message when it is none. */
export function parseCheckpoint(text: string, where: string): Checkpoint {
  try {
    return Checkpoint.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`what ${where} holds is not a checkpoint`, { cause: error });
  }
}

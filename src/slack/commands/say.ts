import { section, type SlackMessage } from '../blocks.ts';

/** One text as a message; what is foreign in it is inert already. */
export const say = (text: string): SlackMessage => ({ text, blocks: [section(text)] });

import { emojify } from 'node-emoji';

import type { Text } from '../block-kit.ts';

/** A text object as plain text, with its `:emoji:` drawn. */
export const plainText = (text: Text | null | undefined): string => emojify(text?.text ?? '');

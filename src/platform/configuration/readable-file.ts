import { accessSync, constants, statSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../problem.ts';

/** A path to a file that this process can read. */
export const readableFile = z.string().superRefine((path, context) => {
  try {
    accessSync(path, constants.R_OK);
    if (!statSync(path).isFile()) context.addIssue(`names ${path}, which is not a file`);
  } catch (error) {
    context.addIssue(`names ${path}, which cannot be read (${codeOf(error)})`);
  }
});

import { createProgram } from './program.ts';
import { endProcess } from './end-process.ts';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  endProcess(error);
}

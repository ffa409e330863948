import type { z } from 'zod';
import { aws } from './aws/index.ts';
import { github } from './github/index.ts';
import { kubernetes } from './kubernetes/index.ts';
import { prometheus } from './prometheus/index.ts';
import { scanner } from './scanner/index.ts';

/** Every system that ships. */
export const systems = [kubernetes, prometheus, github, aws, scanner] as const;

type AnyShipped = (typeof systems)[number]['tools'][number];

/**
 * Every shipped tool by name, for `import type`: `input` is what a caller writes, `args` what the tool gets after parsing,
 * `facts` what a read gives (never, for a write).
 */
export type ToolCatalog = {
  [T in AnyShipped as T['name']]: {
    readonly input: z.input<T['input']>;
    readonly args: z.output<T['input']>;
    readonly facts: T extends { readonly facts: infer F extends z.ZodType } ? z.output<F> : never;
    readonly risk: T['risk'];
  };
};

/** Names of tools that change nothing. */
export type ReadToolName = {
  [N in keyof ToolCatalog]: ToolCatalog[N]['risk'] extends 'read' ? N : never;
}[keyof ToolCatalog];

/** Names of tools that change something. */
export type WriteToolName = Exclude<keyof ToolCatalog, ReadToolName>;

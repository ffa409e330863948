/**
 * `belay`: what a team's own tools, systems, alert sources and configuration import. Runbooks import `belay/runbook`.
 * @module
 */
export { type BelayConfig, defineConfig } from './define-config.ts';
export { defineSource, type Source } from './define-source.ts';
export { defineSystem, type System } from './define-system.ts';
export {
  defineTool,
  type Execution,
  type ReadTool,
  type Reading,
  type Reconciliation,
  type ToolContext,
  type ToolPreview,
  type WriteTool,
} from './define-tool.ts';
export { Failure, FailureType } from '../domain/failure.ts';

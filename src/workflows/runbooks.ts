import type { AnyRunbook } from '../sdk/define-runbook.ts';
import { badDeploy } from './remediation/bad-deploy.ts';

/** Every runbook that ships. */
export const runbooks: readonly AnyRunbook[] = [badDeploy];

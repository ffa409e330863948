import type { AnyRunbook } from '../sdk/define-runbook.ts';
import { publicStorage } from './compliance/public-storage.ts';
import { unattachedVolumes } from './cost/unattached-volumes.ts';
import { badDeploy } from './remediation/bad-deploy.ts';

/** Every runbook that ships. */
export const runbooks: readonly AnyRunbook[] = [badDeploy, unattachedVolumes, publicStorage];

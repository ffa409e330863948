import { join } from 'node:path';
import { startSandboxAws, type SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { openBuckets } from '../../../sandbox/aws/worlds/public-buckets.ts';
import { aws } from '../../../src/tools/aws/index.ts';
import { scanner } from '../../../src/tools/scanner/index.ts';
import type { WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';
import { publicStorage } from '../../../src/workflows/compliance/public-storage.ts';
import { startToyBelay, type ToyBelay } from '../../support/toy/start-toy-belay.ts';

export interface StorageOptions {
  readonly temporal: string;
  readonly bundle: WorkflowBundle;
  /** Whether somebody opened two buckets to everybody; true unless given. */
  readonly opened?: boolean;
  /** Whether the reader by role is of the bucket's account, or of another and relies on the bucket being public. */
  readonly reader?: 'own' | 'other';
  /** A scan that somebody else left there, in place of a scanner. */
  readonly scanFile?: string;
  /** What else is so before Belay looks. */
  readonly arrange?: (sandbox: SandboxAws) => void;
}

/** A Belay with this runbook alone, the sandbox's AWS with its readers, and the sandbox's scanner, a program of its own. */
export async function startStorage(
  options: StorageOptions,
): Promise<{ belay: ToyBelay; sandbox: SandboxAws; stop: () => Promise<void> }> {
  const { reader = 'own', opened = true } = options;
  const sandbox = await startSandboxAws({ pace: { accessLog: 0 }, readEveryMs: 400, reader });
  Object.assign(process.env, sandbox.env);
  if (opened) openBuckets(sandbox.world, { reader });
  options.arrange?.(sandbox);
  const { account, role, regions } = sandbox.accounts.prod;
  const program = join(import.meta.dirname, '../../../sandbox/scanner/main.ts');
  const belay = await startToyBelay({
    temporal: options.temporal,
    bundle: options.bundle,
    world: {
      systems: [aws, scanner],
      runbooks: [publicStorage],
      settings: {
        aws: { prod: { name: 'prod', account, role, regions: [...regions] } },
        scanner: {
          prowler:
            options.scanFile !== undefined
              ? { kind: 'file', path: options.scanFile }
              : {
                  kind: 'run',
                  argv: [process.execPath, program, '--output-directory', '{output}', '--role', role],
                  output: 'scan.ocsf.json',
                  success: [0, 3],
                  env: Object.keys(sandbox.env),
                },
        },
      },
    },
  });
  return {
    belay,
    sandbox,
    stop: async () => {
      await belay.stop();
      await sandbox.stop();
    },
  };
}

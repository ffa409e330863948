import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import type { AwsClient } from './client.ts';

/** `aws.identity`: whose account a connection reaches. */
export const identity = defineTool({
  name: 'aws.identity',
  title: 'Account of a connection',
  description: 'The AWS account and the role (ARN) that this connection acts as, and the regions it is for.',
  risk: 'read',
  input: z.strictObject({}),
  facts: z.object({ account: z.string(), arn: z.string(), regions: z.array(z.string()) }),
  timeout: '30s',
  async read(_args, { client, signal }: ToolContext<AwsClient>) {
    const { account, arn } = await client.identity(signal);
    return {
      facts: { account, arn, regions: [...client.regions] },
      summary: `account ${account} as ${arn}`.slice(0, 300),
    };
  },
});

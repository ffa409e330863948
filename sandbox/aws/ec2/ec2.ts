import { AwsError } from '../protocol/aws-error.ts';
import { formOf } from '../protocol/form.ts';
import type { Form } from '../protocol/form.ts';
import { xmlAnswer } from '../protocol/query-refusal.ts';
import type { Call, Service } from '../protocol/service.ts';
import { attachVolume, detachVolume } from './attach-volume.ts';
import { createVolume } from './create-volume.ts';
import { deleteVolume } from './delete-volume.ts';
import { describeImages } from './describe-images.ts';
import { describeInstances } from './describe-instances.ts';
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './describe-launch-templates.ts';
import { describeRegions } from './describe-regions.ts';
import { describeVolumes } from './describe-volumes.ts';
import type { Ec2Request } from './ec2-request.ts';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

const ACTIONS: Readonly<Record<string, (request: Ec2Request) => Record<string, unknown>>> = {
  AttachVolume: attachVolume,
  CreateSnapshot: createSnapshot,
  CreateTags: createTags,
  CreateVolume: createVolume,
  DeleteSnapshot: deleteSnapshot,
  DeleteTags: deleteTags,
  DeleteVolume: deleteVolume,
  DescribeImages: describeImages,
  DescribeInstances: describeInstances,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeRegions: describeRegions,
  DescribeSnapshots: describeSnapshots,
  DescribeTags: describeTags,
  DescribeVolumes: describeVolumes,
  DetachVolume: detachVolume,
};

const formIn = (call: Call): Form => formOf(new URLSearchParams(call.body.toString('utf8')));

function requestOf(call: Call): Ec2Request {
  const account = call.world.accounts.get(call.caller?.account ?? '');
  const region = account?.regions.get(call.region);
  // What EC2 says in a region that the account has not opted in to.
  if (!account || !region)
    throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  return { form: formIn(call), world: call.world, account, region, now: call.world.now() };
}

/** EC2's query protocol: a form in, XML out. Volumes with all that refers to them. */
export const ec2: Service = {
  name: 'ec2',
  asked: (call) => {
    const form = formIn(call);
    const operation = form.text('Action') ?? '';
    if (!Object.hasOwn(ACTIONS, operation))
      throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    return { operation, permission: `ec2:${operation}`, nextPage: form.text('NextToken') !== undefined };
  },
  answer: (call, { operation }) => {
    const request = requestOf(call);
    if (request.form.flag('DryRun'))
      throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return xmlAnswer(
      {
        [`${operation}Response`]: {
          '@xmlns': 'http://ec2.amazonaws.com/doc/2016-11-15/',
          requestId: call.id,
          ...ACTIONS[operation]?.(request),
        },
      },
      call.id,
    );
  },
  refusal: (error, id) =>
    xmlAnswer(
      { Response: { Errors: { Error: { Code: error.code, Message: error.message } }, RequestID: id } },
      id,
      error.status,
    ),
  throttled: () => new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503),
  denied: (message) =>
    new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`, 403),
};

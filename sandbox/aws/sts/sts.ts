import { AwsError } from '../protocol/aws-error.ts';
import type { Form } from '../protocol/form.ts';
import { formOf } from '../protocol/form.ts';
import { queryRefusal, xmlAnswer } from '../protocol/query-refusal.ts';
import type { Call, Service } from '../protocol/service.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
/** Seconds. */
const SHORTEST_SESSION = 900;
const LONGEST_SESSION = 43_200;
const USUAL_SESSION = 3600;

const deniedError = (message: string): AwsError => new AwsError('AccessDenied', message, 403);

function assumeRole({ world, caller }: Call, form: Form): Record<string, unknown> {
  const arn = form.required('RoleArn');
  const session = form.required('RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(session))
    throw new AwsError('ValidationError', `Value '${session}' at 'roleSessionName' failed to satisfy constraint`);
  const seconds = form.int('DurationSeconds') ?? USUAL_SESSION;
  if (seconds < SHORTEST_SESSION || seconds > LONGEST_SESSION)
    throw new AwsError('ValidationError', `DurationSeconds is from ${SHORTEST_SESSION} to ${LONGEST_SESSION}`);
  const role = world.keyring.roles.get(arn);
  const mayTake = role?.trusts.includes(caller?.account ?? '') ?? false;
  const externalIdFits = role?.externalId === undefined || role.externalId === form.text('ExternalId');
  if (!role || !mayTake || !externalIdFits)
    throw deniedError(`User: ${caller?.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
  const expires = world.now() + seconds * 1000;
  const key = world.keyring.openSession(role, session, expires);
  return {
    Credentials: {
      AccessKeyId: key.id,
      SecretAccessKey: key.secret,
      SessionToken: key.token,
      Expiration: new Date(expires).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: key.principal.userId, Arn: key.principal.arn },
  };
}

const ACTIONS: Readonly<Record<string, (call: Call, form: Form) => Record<string, unknown>>> = {
  AssumeRole: assumeRole,
  GetCallerIdentity: ({ caller }) => ({ UserId: caller?.userId, Account: caller?.account, Arn: caller?.arn }),
};

const formIn = (call: Call): Form => formOf(new URLSearchParams(call.body.toString('utf8')));

/** STS: who one is, and roles that are taken on. The role's account is the account of what comes back. */
export const sts: Service = {
  name: 'sts',
  asked: (call) => {
    const operation = formIn(call).text('Action') ?? '';
    if (!Object.hasOwn(ACTIONS, operation))
      throw new AwsError('InvalidAction', `Could not find operation ${operation} for version 2011-06-15`);
    return { operation, permission: `sts:${operation}`, nextPage: false };
  },
  answer: (call, { operation }) =>
    xmlAnswer(
      {
        [`${operation}Response`]: {
          '@xmlns': NAMESPACE,
          [`${operation}Result`]: ACTIONS[operation]?.(call, formIn(call)),
          ResponseMetadata: { RequestId: call.id },
        },
      },
      call.id,
    ),
  refusal: (error, id) => queryRefusal(error, id, NAMESPACE),
  throttled: () => new AwsError('Throttling', 'Rate exceeded', 400),
  denied: deniedError,
};

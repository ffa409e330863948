import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Principal } from '../../../sandbox/aws/identity/principal.ts';
import { may } from '../../../sandbox/aws/s3/may.ts';
import type { Bucket, PublicAccessBlock } from '../../../sandbox/aws/s3/objects.ts';
import { isPublicPolicy, policySays, readPolicy } from '../../../sandbox/aws/s3/policy.ts';

const OWN = '111122223333';
const OTHER = '222233334444';
const role = (account: string, name: string): Principal => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/${name}/session`,
  userId: 'AROA:session',
});

const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: '*' },
  { AWS: OTHER },
  { AWS: [`arn:aws:iam::${OTHER}:role/reader`, `arn:aws:iam::${OWN}:role/reader`] },
  { AWS: `arn:aws:iam::${OTHER}:root` },
  { Service: 'logging.s3.amazonaws.com' },
);
const statement = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: principal,
    Action: fc.constantFrom<unknown>('s3:GetObject', 's3:*', ['s3:Get*', 's3:ListBucket'], 's3:PutObject'),
    Resource: fc.constantFrom<unknown>('*', 'arn:aws:s3:::b/*', ['arn:aws:s3:::b', 'arn:aws:s3:::b/a?']),
    Condition: fc.constantFrom(
      { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      { Bool: { 'aws:SecureTransport': 'true' } },
    ),
  },
  { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
);
const policy = fc.option(
  fc.array(statement, { maxLength: 4 }).map((all) => JSON.stringify({ Statement: all })),
  { nil: undefined },
);
const block: fc.Arbitrary<PublicAccessBlock> = fc.record({
  BlockPublicAcls: fc.boolean(),
  IgnorePublicAcls: fc.boolean(),
  BlockPublicPolicy: fc.boolean(),
  RestrictPublicBuckets: fc.boolean(),
});
const bucket: fc.Arbitrary<Bucket> = fc.record({
  name: fc.constant('b'),
  region: fc.constant('eu-west-1'),
  account: fc.constant(OWN),
  created: fc.constant(0),
  block: fc.option(block, { nil: undefined }),
  policy,
  aclPublicRead: fc.boolean(),
  logging: fc.constant(undefined),
  tags: fc.constant({}),
  objects: fc
    .boolean()
    .map((publicRead) => new Map([['ab', { body: Buffer.from(''), type: 'x/y', modified: 0, publicRead }]])),
  pendingLog: fc.constant([]),
});
const action = fc.constantFrom('s3:GetObject', 's3:ListBucket', 's3:PutObject');
const somebody = fc.constantFrom(undefined, role(OTHER, 'reader'), role(OWN, 'reader'));
const keyFor = (of: string): string | undefined => (of === 's3:ListBucket' ? undefined : 'ab');
const ALL_ON: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

describe('whatever policy and ACL a bucket has', () => {
  test('with all four switches on, nobody without a name may do anything', () => {
    fc.assert(
      fc.property(bucket, action, (each, wish) => {
        expect(may({ ...each, block: ALL_ON }, undefined, wish, keyFor(wish))).toBe(false);
      }),
    );
  });

  test('switches only ever take away', () => {
    fc.assert(
      fc.property(bucket, somebody, action, (each, who, wish) => {
        if (may(each, who, wish, keyFor(wish)))
          expect(may({ ...each, block: undefined }, who, wish, keyFor(wish))).toBe(true);
      }),
    );
  });

  test('switches take nothing from the own account', () => {
    fc.assert(
      fc.property(bucket, action, (each, wish) => {
        const own = role(OWN, 'reader');
        expect(may({ ...each, block: ALL_ON }, own, wish, keyFor(wish))).toBe(may(each, own, wish, keyFor(wish)));
      }),
    );
  });

  test('whoever may without a name may with one, unless a deny names them', () => {
    fc.assert(
      fc.property(bucket, action, (each, wish) => {
        const other = role(OTHER, 'reader');
        const resource = `arn:aws:s3:::b${wish === 's3:ListBucket' ? '' : '/ab'}`;
        fc.pre(policySays(each.policy, { principal: other, action: wish, resource }) !== 'deny');
        if (may(each, undefined, wish, keyFor(wish))) expect(may(each, other, wish, keyFor(wish))).toBe(true);
      }),
    );
  });

  test('one that lets nobody in by name or as everybody lets in nobody from outside', () => {
    fc.assert(
      fc.property(bucket, action, (each, wish) => {
        const closed = { ...each, policy: undefined, aclPublicRead: false, objects: new Map() };
        expect(may(closed, role(OTHER, 'reader'), wish, keyFor(wish))).toBe(false);
      }),
    );
  });
});

describe('a policy', () => {
  test('that is not public lets nobody in without a name', () => {
    fc.assert(
      fc.property(policy, action, (text, wish) => {
        fc.pre(!isPublicPolicy(text));
        const asked = { principal: undefined, action: wish, resource: 'arn:aws:s3:::b/ab' };
        expect(policySays(text, asked)).not.toBe('allow');
      }),
    );
  });

  test.each(['', '[]', '{"Statement":[{"Effect":"Maybe"}]}', '{"Statement":"all"}'])('%j is none', (text) => {
    expect(() => readPolicy(text)).toThrow(expect.objectContaining({ code: 'MalformedPolicy' }));
  });

  test('takes what stands in a pattern as text, but for * and ?', () => {
    const text = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:getobject', Resource: 'arn:aws:s3:::b.c/a?' },
    });
    const says = (resource: string): string =>
      policySays(text, { principal: undefined, action: 's3:GetObject', resource });
    expect(says('arn:aws:s3:::b.c/ab')).toBe('allow');
    expect(says('arn:aws:s3:::b.c/abc')).toBe('nothing');
    expect(says('arn:aws:s3:::bxc/ab')).toBe('nothing');
  });
});

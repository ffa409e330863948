import type { Principal } from '../identity/principal.ts';
import type { Bucket } from './objects.ts';
import { isPublicPolicy, policySays } from './policy.ts';

/**
 * Whether somebody may do something to a bucket or an object of it, as S3 decides it: the account's own people may unless
 * the policy denies it (the sandbox gives them all permissions); others by the policy or an ACL, as far as the bucket's
 * public access block lets these count.
 */
export function may(bucket: Bucket, principal: Principal | undefined, action: string, key?: string): boolean {
  const resource = `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`;
  const said = policySays(bucket.policy, { principal, action, resource });
  if (said === 'deny') return false;
  if (principal?.account === bucket.account) return true;
  // A public policy then lets in nobody from outside, also those whom it names.
  const restricted = bucket.block?.RestrictPublicBuckets === true && isPublicPolicy(bucket.policy);
  if (said === 'allow' && !restricted) return true;
  if (bucket.block?.IgnorePublicAcls) return false;
  if (action === 's3:ListBucket') return bucket.aclPublicRead;
  return action === 's3:GetObject' && bucket.objects.get(key ?? '')?.publicRead === true;
}

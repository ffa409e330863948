import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 in hex: how tokens are kept, so that a configuration file or a memory dump signs nobody in. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same. Compared as hashes of equal length: neither content nor length shows in the time. */
export const sameSecret = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));

/** The token of an `Authorization: Bearer` header; undefined for none, another scheme, or a malformed one. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

import { z } from 'zod';
import { Identity } from '../../domain/directory.ts';
import { isEMail } from '../../domain/directory-problems.ts';

/** A port, 0 meaning any free one. */
export const port = z
  .string()
  .regex(/^\d{1,5}$/, 'is not a port; give a number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'is not a port; give a number from 0 to 65535');

/** An address with one of these schemes; a trailing slash is dropped. */
const url = (schemes: readonly string[], example: string) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol) && new URL(value).hostname !== '',
      `is not an address of the form ${example}`,
    )
    .transform((value) => value.replace(/\/+$/, ''));

/** Exactly as the issuer spells itself: a trailing slash is part of it. Plain http only for one on this machine. */
export const issuer = z
  .string()
  .refine(
    (value) =>
      /^https:\/\/[^\s#?]+$/.test(value) ||
      /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/[^\s#?]*)?$/.test(value),
    'is not an issuer; give it as it spells itself, such as https://id.example.com (http only on this machine)',
  )
  .refine((value) => URL.canParse(value), 'is not an address');

export const httpUrl = (example: string) => url(['http:', 'https:'], example);

export const postgresUrl = url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/belay');

/** `host:port` as gRPC takes it, without a scheme. */
export const hostPort = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/,
    'must be host:port without a scheme, such as temporal.internal:7233',
  );

const isPerson = (id: string): boolean => Identity.safeParse(id).success && !isEMail(id);

/** One person id. */
export const person = z
  .string()
  .refine(
    isPerson,
    'is not a person; it is slack:<team>/<user>, such as slack:T012/U345, oidc:<issuer>#<subject>, or <where>:<name>, such as api:ada',
  );

/** Person ids by comma. Empty is a list of nobody. */
export const people = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  )
  .superRefine((ids, context) => {
    const wrong = ids.filter((id) => !isPerson(id));
    if (wrong.length > 0)
      context.addIssue(
        `has ${wrong.map((id) => `"${id}"`).join(', ')}; a person is slack:<team>/<user>, such as slack:T012/U345, oidc:<issuer>#<subject>, or local:<user>, and never an e-mail address`,
      );
  });

/** Scopes of OAuth by comma; a space would end one. */
export const scopes = z
  .string()
  .transform((value) => value.split(',').map((scope) => scope.trim()))
  .refine(
    (all) => all.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)),
    'must be scopes by comma, such as groups',
  );

export const yesNo = z
  .string()
  .regex(/^(1|0|true|false)$/i, 'must be true or false')
  .transform((value) => value === '1' || value.toLowerCase() === 'true');

export const startingWith = (prefix: string, what: string) =>
  z.string().refine((value) => value.startsWith(prefix), `does not look like ${what}: it starts with "${prefix}"`);

export const awsRegion = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+){1,2}-\d{1,2}$/, 'is no region of AWS; give one such as eu-west-1');

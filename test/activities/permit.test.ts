import { describe, expect, test } from '@jest/globals';
import { checkPermit } from '../../src/activities/permit.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../src/authority/keys/signing-key.ts';
import { type RunPermit, signedPermit } from '../../src/domain/permit.ts';

const key = signingKeyFrom(newPrivateKeyPem());
const other = signingKeyFrom(newPrivateKeyPem());
const permit: RunPermit = {
  v: 1,
  run: 'r-00000000',
  execution: 'e',
  runbook: 'remediation/lamp',
  tools: ['lamp.look'],
  connections: ['lamp.default'],
  expiresAt: '2026-11-21T12:00:00.000Z',
};
const signed = (over: Partial<RunPermit> = {}, by = key) => {
  const content = { ...permit, ...over };
  return { permit: content, keyId: by.keyId, signature: by.sign(signedPermit(content)) };
};
const before = new Date('2026-11-21T11:59:59.999Z');
const use = { tool: 'lamp.look', connection: 'default' };
const check =
  (given: ReturnType<typeof signed>, now = before, of = use) =>
  () =>
    checkPermit(given, key.publicKeyPem, now, of);

describe('a run permit', () => {
  test('lets through what it names, until it expires', () => {
    expect(check(signed())).not.toThrow();
    expect(check(signed(), new Date(permit.expiresAt))).toThrow('expired at');
  });

  test.each([
    ['another key', signed({}, other)],
    ['another key under the right id', { ...signed({}, other), keyId: key.keyId }],
    ['a changed tool list', { ...signed(), permit: { ...permit, tools: ['lamp.look', 'lamp.set'] } }],
    ['a changed run', { ...signed(), permit: { ...permit, run: 'r-11111111' } }],
    ['a changed expiry', { ...signed(), permit: { ...permit, expiresAt: '2999-01-01T00:00:00.000Z' } }],
    ['an added field', { ...signed(), permit: { ...permit, more: true } }],
    ['a signature over it without its type', { ...signed(), signature: key.sign(permit) }],
    ['no signature', { ...signed(), signature: '' }],
    ['a signature that is none', { ...signed(), signature: '☃' }],
  ])('with %s is refused', (_, given) => {
    expect(check(given)).toThrow("does not carry the authority's signature");
  });

  test.each([
    ['a tool', { tool: 'lamp.set', connection: 'default' }, 'does not name the tool lamp.set'],
    ['a connection', { tool: 'lamp.look', connection: 'other' }, 'does not name the connection "other" of lamp'],
    ['a name every object has', { tool: 'lamp.look', connection: 'constructor' }, 'does not name the connection'],
  ])('refuses %s it does not name', (_, of, message) => {
    expect(check(signed(), before, of)).toThrow(message);
  });
});

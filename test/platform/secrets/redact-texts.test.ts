import { expect, test } from '@jest/globals';
import { redactTexts } from '../../../src/platform/secrets/redact-texts.ts';

const AWS = `AKIA${'Q'.repeat(16)}`;
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

test('each text keeps its name and its words; only secrets are taken out', async () => {
  const clean = await redactTexts({
    alertname: 'HighErrors',
    description: `the job failed with Authorization: Bearer ${TOKEN}`,
    summary: 'password=hunter22 was refused',
    empty: '',
  });
  expect(Object.keys(clean)).toEqual(['alertname', 'description', 'summary', 'empty']);
  expect(clean['alertname']).toBe('HighErrors');
  expect(clean['empty']).toBe('');
  expect(JSON.stringify(clean)).not.toMatch(/hunter22|ghp_/);
  expect(clean['description']).toContain('[redacted');
});

test('a text that holds the mark between texts ends none, and a secret over several texts costs no other text', async () => {
  const clean = await redactTexts({
    a: `before \n\u{241e}\n after ${AWS}`,
    key: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg',
    rest: 'kqhkiG9w0BAQ\n-----END PRIVATE KEY-----',
    last: 'untouched',
  });
  expect(Object.keys(clean)).toEqual(['a', 'key', 'rest', 'last']);
  expect(clean['a']).toContain('before');
  expect(clean['last']).toBe('untouched');
});

test('texts without a secret are as they were, and no texts are none', async () => {
  const texts = { one: 'two \u{241e} three', four: 'five' };
  expect(await redactTexts(texts)).toEqual(texts);
  expect(await redactTexts({})).toEqual({});
});

import { expect, test } from '@jest/globals';
import { siteOf } from '../../../src/authority/stepup/site.ts';

test.each([
  [undefined, { id: 'localhost', origin: 'http://localhost:7420' }],
  ['https://belay.example.com', { id: 'belay.example.com', origin: 'https://belay.example.com' }],
  ['https://belay.example.com:8443/path', { id: 'belay.example.com', origin: 'https://belay.example.com:8443' }],
  ['http://localhost:9000', { id: 'localhost', origin: 'http://localhost:9000' }],
])('%s is where passkeys are asked for', (url, site) => {
  expect(siteOf(url, 7420)).toEqual(site);
});

test.each([
  ['http://127.0.0.1:7420', 'is a number'],
  ['https://10.1.2.3', 'is a number'],
  ['http://[::1]:7420', 'is a number'],
  ['http://belay.example.com', 'passkeys need https'],
  ['http://localhost.example.com', 'passkeys need https'],
])('%s is no place for passkeys, and it says why', (url, problem) => {
  expect(siteOf(url, 7420)).toEqual({ problem: expect.stringContaining(problem) });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';
import { connectTemporal, temporalAddress } from '../../../src/platform/temporal/temporal-connection.ts';
import { freePorts } from '../../support/free-ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => {
  writeFileSync(join(folder, name), name);
  return join(folder, name);
};

const address = 'temporal.internal:7233';
const of = (env: NodeJS.ProcessEnv): unknown => temporalAddress(readConfiguration(env));

describe('how a configured Temporal is reached', () => {
  test('none configured means the embedded one', () => expect(of({})).toBeUndefined());

  test.each([
    ['plain', {}, { address }],
    ['TLS', { TEMPORAL_TLS: 'true' }, { address, tls: true }],
    ['an API key always goes over TLS', { TEMPORAL_API_KEY: 'k' }, { address, tls: true, apiKey: 'k' }],
    ['a server name', { TEMPORAL_TLS_SERVER_NAME: 'n' }, { address, tls: { serverNameOverride: 'n' } }],
    [
      'client certificate and authority',
      {
        TEMPORAL_TLS_CLIENT_CERT_PATH: file('crt'),
        TEMPORAL_TLS_CLIENT_KEY_PATH: file('key'),
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca'),
      },
      {
        address,
        tls: {
          serverRootCACertificate: Buffer.from('ca'),
          clientCertPair: { crt: Buffer.from('crt'), key: Buffer.from('key') },
        },
      },
    ],
  ])('%s', (_name, env, expected) => expect(of({ TEMPORAL_ADDRESS: address, ...env })).toEqual(expected));

  test('one that does not answer is one line, exit code 3, and says what to check', async () => {
    const [port] = await freePorts(1);
    await expect(connectTemporal({ address: `127.0.0.1:${port}` }, 500)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /^No Temporal server answers on 127\.0\.0\.1:\d+ \([^\n]*check TEMPORAL_ADDRESS[^\n]*$/,
      ),
    });
  });
});

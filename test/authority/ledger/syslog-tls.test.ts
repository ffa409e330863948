import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createTcp } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { syslogAnchor } from '../../../src/authority/ledger/anchors/syslog-anchor.ts';
import { Checkpoint } from '../../../src/domain/checkpoint.ts';
import { portOf } from '../../support/free-ports.ts';
import { CHECKPOINT } from '../../support/no-ledger.ts';

/** A certificate of its own authority, for these names. */
async function certificateFor(...names: { type: 2 | 7; value: string }[]) {
  const altNames = names.map(({ type, value }) => (type === 7 ? { type, ip: value } : { type, value }));
  const extensions = [{ name: 'basicConstraints', cA: true } as const, { name: 'subjectAltName', altNames } as const];
  return await generate([{ name: 'commonName', value: 'logs' }], { algorithm: 'sha256', extensions });
}

const LOCALHOST = [{ type: 2, value: 'localhost' } as const, { type: 7, value: '127.0.0.1' } as const];

describe('syslog over TLS', () => {
  const trusted = getCACertificates('default');
  let closers: (() => void)[] = [];
  beforeEach(() => {
    closers = [];
  });
  afterEach(() => {
    setDefaultCACertificates(trusted);
    for (const close of closers) close();
  });

  /** A syslog server that says what it heard, and under which name it was asked for. */
  async function listen(certificate: { private: string; cert: string }, version?: 'TLSv1.1') {
    const heard: { text: string; name: string | false | null; encrypted: boolean }[] = [];
    const limits = version ? { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } : {};
    const server = createServer(
      { key: certificate.private, cert: certificate.cert, ...limits },
      (socket: TLSSocket) => {
        socket.on('error', () => undefined);
        const parts: Buffer[] = [];
        socket.on('data', (part: Buffer) => parts.push(part));
        socket.on('end', () => {
          heard.push({ text: Buffer.concat(parts).toString(), name: socket.servername, encrypted: socket.encrypted });
          socket.end();
        });
      },
    );
    server.on('tlsClientError', () => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closers.push(() => server.close());
    return { heard, port: portOf(server) };
  }

  test.each(['localhost', '127.0.0.1'])(
    'reaches %s, whose certificate is of a trusted authority: framed, whole',
    async (host) => {
      const certificate = await certificateFor(...LOCALHOST);
      setDefaultCACertificates([...trusted, certificate.cert]);
      const { heard, port } = await listen(certificate);
      await syslogAnchor('tls', host, port).write(CHECKPOINT);
      const [message] = heard;
      const [, length, line = ''] = /^(\d+) ([\s\S]*)$/.exec(message?.text ?? '') ?? [];
      expect(Buffer.byteLength(line)).toBe(Number(length));
      expect(Checkpoint.parse(JSON.parse(line.slice(line.indexOf('{'))))).toEqual(CHECKPOINT);
      // An address is no server name (RFC 6066).
      expect(message).toMatchObject({ encrypted: true, name: host === 'localhost' ? 'localhost' : false });
    },
  );

  test('tells nothing to one whose certificate nobody trusts, or is of another host', async () => {
    const certificate = await certificateFor(...LOCALHOST);
    const stranger = await listen(certificate);
    await expect(syslogAnchor('tls', 'localhost', stranger.port).write(CHECKPOINT)).rejects.toThrow(/self-signed/);
    const other = await certificateFor({ type: 2, value: 'logs.example.com' });
    setDefaultCACertificates([...trusted, other.cert]);
    const another = await listen(other);
    await expect(syslogAnchor('tls', 'localhost', another.port).write(CHECKPOINT)).rejects.toThrow(/does not match/);
    expect([...stranger.heard, ...another.heard]).toEqual([]);
  });

  test('tells nothing to one that speaks an old TLS, none, or goes away', async () => {
    const certificate = await certificateFor(...LOCALHOST);
    setDefaultCACertificates([...trusted, certificate.cert]);
    const old = await listen(certificate, 'TLSv1.1');
    await expect(syslogAnchor('tls', 'localhost', old.port).write(CHECKPOINT)).rejects.toThrow();
    expect(old.heard).toEqual([]);
    const heard: string[] = [];
    for (const answer of ['hello\n', '']) {
      const plain = createTcp((socket) => {
        socket.on('data', (data) => heard.push(String(data)));
        socket.on('error', () => undefined);
        socket.end(answer);
      });
      await once(plain.listen(0, '127.0.0.1'), 'listening');
      closers.push(() => plain.close());
      await expect(syslogAnchor('tls', 'localhost', portOf(plain)).write(CHECKPOINT)).rejects.toThrow();
    }
    expect(heard.join('')).not.toContain(CHECKPOINT.root);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { downloadTemporal } from '../../../src/platform/temporal/download-temporal.ts';

let folder: string;
let server: Server;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-download-'))));
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function from(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function archive(file: string): Buffer {
  const made = mkdtempSync(join(tmpdir(), 'belay-archive-'));
  writeFileSync(join(made, file), 'the binary');
  execFileSync('tar', ['-czf', join(made, 'a.tgz'), '-C', made, file]);
  const bytes = readFileSync(join(made, 'a.tgz'));
  rmSync(made, { recursive: true });
  return bytes;
}

const fetchTo = (origin: string, more: { stallMs?: number; fractions?: number[] } = {}): Promise<string> =>
  downloadTemporal({
    version: 'v1.5.1',
    to: join(folder, 'temporal'),
    origin,
    progress: (_text, fraction) => fraction !== undefined && more.fractions?.push(fraction),
    ...(more.stallMs !== undefined && { stallMs: more.stallMs }),
  });

describe('the official download', () => {
  test('asks for this platform at one exact version, unpacks it, and says how far it is', async () => {
    const asked: string[] = [];
    const bytes = archive('temporal');
    const origin = await from((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-length', bytes.length).end(bytes);
    });
    const fractions: number[] = [];
    const path = await fetchTo(origin, { fractions });
    expect(readFileSync(path, 'utf8')).toBe('the binary');
    expect(readdirSync(folder)).toEqual(['temporal']);
    expect(fractions.at(-1)).toBe(1);
    expect(asked).toEqual([
      expect.stringMatching(/^\/cli\/archive\/v1\.5\.1\?platform=(linux|darwin|windows)&arch=(amd64|arm64)$/),
    ]);
  });

  const cases: [name: string, answer: RequestListener, reason: RegExp][] = [
    ['a refusal', (_request, response) => void response.writeHead(403).end(), /it answered 403/],
    [
      'a page of a proxy instead of an archive',
      (_request, response) => void response.end('<html>sign in</html>'),
      /tar/,
    ],
    [
      'an archive with something else in it',
      (_request, response) => void response.end(archive('readme')),
      /no temporal in the archive/,
    ],
    ['a line that goes dead', (_request, response) => void response.write('x'), /nothing arrived for 0.2 s/],
    ['a server that never answers', () => undefined, /nothing arrived for 0.2 s/],
    ['a connection that breaks', (request) => void request.socket.destroy(), /./],
  ];
  test.each(cases)('%s is a reason that names the address, and nothing is kept', async (_name, answer, reason) => {
    const origin = await from(answer);
    const failure = await fetchTo(origin, { stallMs: 200 }).catch((error: unknown) => String(error));
    expect(failure).toMatch(reason);
    expect(failure).toContain(`${origin}/cli/archive/v1.5.1`);
    expect(readdirSync(folder)).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { channelAnchor } from '../../../src/authority/ledger/anchors/channel-anchor.ts';
import { createAnchor } from '../../../src/authority/ledger/anchors/create-anchor.ts';
import { fileAnchor } from '../../../src/authority/ledger/anchors/file-anchor.ts';
import { gitAnchor } from '../../../src/authority/ledger/anchors/git-anchor.ts';
import { syslogAnchor, syslogLine } from '../../../src/authority/ledger/anchors/syslog-anchor.ts';
import { type Checkpoint, checkpointDigest } from '../../../src/domain/checkpoint.ts';
import { portOf } from '../../support/free-ports.ts';
import { CHECKPOINT } from '../../support/no-ledger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NEXT: Checkpoint = {
  ...CHECKPOINT,
  number: 2,
  at: '2026-01-02T04:04:05.000Z',
  prev: checkpointDigest(CHECKPOINT),
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('anchors');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file', () => {
  test('keeps every checkpoint on a line of its own and reads back the last', async () => {
    const anchor = fileAnchor(join(folder, 'deep', 'anchors.jsonl'));
    expect(await anchor.latest?.()).toBeUndefined();
    await anchor.write(CHECKPOINT);
    await anchor.write(NEXT);
    expect(await anchor.latest?.()).toEqual(NEXT);
    expect(
      readFileSync(join(folder, 'deep', 'anchors.jsonl'), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
  });

  test('with something else at its end is not read as empty', async () => {
    const anchor = fileAnchor(join(folder, 'anchors.jsonl'));
    await anchor.write(CHECKPOINT);
    appendFileSync(join(folder, 'anchors.jsonl'), 'x\n');
    await expect(anchor.latest?.()).rejects.toThrow('is not a checkpoint');
  });
});

describe('a Git clone', () => {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();

  test('gets a commit per checkpoint, pushed where it has a remote; another clone reads it', async () => {
    const [remote, clone, other] = ['remote.git', 'clone', 'other; touch x'].map((name) => join(folder, name));
    if (!remote || !clone || !other) throw new Error('no folders');
    git('init', '-q', '--bare', '-b', 'main', remote);
    git('clone', '-q', remote, clone);
    git('-C', clone, 'symbolic-ref', 'HEAD', 'refs/heads/main');
    const anchor = gitAnchor(clone);
    expect(await anchor.latest?.()).toBeUndefined();
    await anchor.write(CHECKPOINT);
    await anchor.write(NEXT);
    expect(git('-C', remote, 'log', '--format=%s', 'main').split('\n')).toEqual([
      'Checkpoint 2: 3 entries of 1 chains',
      'Checkpoint 1: 3 entries of 1 chains',
    ]);
    // Arguments are no shell's: a folder of any name is a folder.
    git('clone', '-q', remote, other);
    expect(await gitAnchor(other).latest?.()).toEqual(NEXT);
    // What another machine anchored meanwhile is taken in, not overwritten.
    await gitAnchor(other).write({ ...NEXT, number: 3 });
    await anchor.write({ ...NEXT, number: 4 });
    expect(git('-C', remote, 'log', '--format=%s', 'main').split('\n')).toHaveLength(4);
  });

  test('without a remote keeps its commits; a push that fails is told, and made up for by the next', async () => {
    const clone = join(folder, 'clone');
    git('init', '-q', '-b', 'main', clone);
    const anchor = gitAnchor(clone);
    await anchor.write(CHECKPOINT);
    expect(await anchor.latest?.()).toEqual(CHECKPOINT);
    const remote = join(folder, 'later.git');
    git('-C', clone, 'remote', 'add', 'origin', remote);
    await expect(anchor.write(NEXT)).rejects.toThrow();
    git('init', '-q', '--bare', '-b', 'main', remote);
    await anchor.write(NEXT);
    expect(git('-C', remote, 'log', '--format=%s', 'main').split('\n')).toHaveLength(2);
  });

  test('that is no clone is told', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(gitAnchor(join(folder, 'empty')).write(CHECKPOINT)).rejects.toThrow();
  });
});

describe('syslog', () => {
  test('says it as RFC 5424: priority, version, time, host, program, and the whole checkpoint', () => {
    const line = syslogLine(CHECKPOINT, 'höst name');
    expect(line).toMatch(/^<109>1 2026-01-02T03:04:05\.000Z hstname belay \d+ checkpoint - \{/);
    expect(JSON.parse(line.slice(line.indexOf('{')))).toEqual(CHECKPOINT);
  });

  test('over UDP is one datagram', async () => {
    const server = createSocket('udp4');
    await once(server.bind(0, '127.0.0.1'), 'listening');
    const heard = once(server, 'message');
    await syslogAnchor('udp', '127.0.0.1', server.address().port).write(CHECKPOINT);
    const [message] = await heard;
    expect(String(message)).toContain(CHECKPOINT.root);
    server.close();
  });

  test('over TCP is framed by its length; nobody there is told', async () => {
    const texts: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (data) => texts.push(String(data)));
      socket.on('end', () => socket.end());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const port = portOf(server);
    await syslogAnchor('tcp', '127.0.0.1', port).write(CHECKPOINT);
    const [, length, line = ''] = /^(\d+) ([\s\S]*)$/.exec(texts.join('')) ?? [];
    expect(Buffer.byteLength(line)).toBe(Number(length));
    server.close();
    await once(server, 'close');
    await expect(syslogAnchor('tcp', '127.0.0.1', port).write(CHECKPOINT)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the channel', () => {
  test('gets one message with the digest, under a key that makes a repeat silent; without a channel it is told', async () => {
    const said: string[][] = [];
    const announce = async (text: string, key: string) => void said.push([text, key]);
    const nothing = async () => {
      throw new Error('not asked');
    };
    const anchor = channelAnchor(() => ({ announce, card: nothing, say: nothing, page: nothing, ask: nothing }));
    await anchor.write(CHECKPOINT);
    const digest = checkpointDigest(CHECKPOINT);
    expect(said).toEqual([[expect.stringContaining(digest), `checkpoint-${digest}`]]);
    await expect(channelAnchor(() => undefined).write(CHECKPOINT)).rejects.toThrow('no Slack channel');
  });
});

test('each configured place has its anchor, by a name without secrets', () => {
  writeFileSync(join(folder, 'x'), '');
  const names = [
    { kind: 'file', path: '/a' },
    { kind: 'git', path: '/b' },
    { kind: 'syslog', transport: 'tcp', host: 'logs', port: 601 },
    { kind: 'slack' },
    { kind: 's3', bucket: 'c', prefix: '', retainDays: 0, mode: 'GOVERNANCE', region: undefined, endpoint: undefined },
  ] as const;
  expect(names.map((place) => createAnchor(place, () => undefined).name)).toEqual([
    'file:/a',
    'git:/b',
    'syslog+tcp://logs:601',
    'slack',
    's3://c',
  ]);
});

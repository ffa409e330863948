import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Checkpoint } from '../../../domain/checkpoint.ts';
import { canonicalJson } from '../../../domain/digest.ts';
import type { Anchor } from './anchor.ts';

/** Facility "log audit" (13), severity "notice" (5). */
const PRIORITY = 13 * 8 + 5;

/** One RFC 5424 message; its text is the checkpoint, which keeps it valid for whoever reads the log later. */
export function syslogLine(checkpoint: Checkpoint, host = hostname()): string {
  const name = host.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  return `<${PRIORITY}>1 ${checkpoint.at} ${name} belay ${process.pid} checkpoint - ${canonicalJson(checkpoint)}`;
}

/** Sends each checkpoint to a syslog server. UDP tells nobody whether it arrived; TCP frames by RFC 6587 (octets). */
export function syslogAnchor(transport: 'udp' | 'tcp' | 'tls', host: string, port: number): Anchor {
  return {
    name: `syslog+${transport}://${host}:${port}`,
    write: async (checkpoint) => {
      const line = Buffer.from(syslogLine(checkpoint));
      if (transport === 'udp') await sendDatagram(line, host, port);
      else await sendFramed(line, transport, host, port);
    },
  };
}

async function sendDatagram(line: Buffer, host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.send(line, port, host, (error) => (error ? reject(error) : resolve()));
    await promise;
  } finally {
    socket.close();
  }
}

async function sendFramed(line: Buffer, transport: 'tcp' | 'tls', host: string, port: number): Promise<void> {
  // An address is no server name (RFC 6066); its certificate is checked against the address.
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = transport === 'tls' ? connectTls({ host, port, ...named }) : connect({ host, port });
  const signal = AbortSignal.timeout(10_000);
  try {
    await once(socket, transport === 'tls' ? 'secureConnect' : 'connect', { signal });
    socket.end(Buffer.concat([Buffer.from(`${line.length} `), line]));
    // Syslog answers nothing. What a server that refuses can say is to reset the connection, which it does soon.
    socket.resume();
    await Promise.race([once(socket, 'close'), setTimeout(1000, undefined, { ref: false })]);
    if (socket.errored) throw socket.errored;
  } finally {
    socket.destroy();
  }
}

import { isIP } from 'node:net';

/** What passkeys are bound to: the name of this server, and the one address under which its pages ask for them. */
export interface Site {
  /** WebAuthn's relying party: `belay.example.com`, or `localhost`. A passkey made for it answers to no other. */
  readonly id: string;
  /** `https://belay.example.com`; `http://` for localhost alone. */
  readonly origin: string;
}

/**
 * The site of a server: its public address, or `http://localhost:<port>` where it has none. `problem`: browsers would
 * refuse passkeys there, and why. An address in numbers (127.0.0.1 too) is no name, and WebAuthn wants one.
 */
export function siteOf(publicUrl: string | undefined, port: number): Site | { problem: string } {
  const { protocol, hostname, origin } = new URL(publicUrl ?? `http://localhost:${port}`);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0)
    return {
      problem: `passkeys need a name, and ${hostname} is a number; give BELAY_PUBLIC_URL one (http://localhost works)`,
    };
  if (protocol !== 'https:' && !local)
    return { problem: `passkeys need https, and BELAY_PUBLIC_URL is ${origin}; only http://localhost may go without` };
  return { id: hostname, origin };
}

import type { Person } from '../../domain/person.ts';
import type { OidcSettings, SignedIn } from './oidc/oidc-client.ts';

/** Sign-in at an OpenID provider, for the people of the directory. */
export interface OidcSignIn extends OidcSettings {
  /** Who has this identity, or why they are not let in, in words for them. */
  readonly admit: Admit;
  /** Told what went wrong, for whoever runs this server. */
  readonly onProblem: (message: string, error: unknown) => void;
}

/** `claims`: what the issuer said of them in this very sign-in. */
export type Admit = (
  identity: string,
  claims?: SignedIn['claims'],
) => Promise<{ person: Omit<Person, 'door'> } | { refused: string }>;

/** How one server's browser sign-in is set up. */
export interface SignInOptions {
  /** Cookies are shared by all ports of a host, so each server on a machine needs a name of its own. */
  readonly cookieName: string;
  /** The `Host` values that this server answers to, with the port where it is not the scheme's own. Asked each time. */
  readonly allowedHosts: () => readonly string[];
  /** Told each new code, to print it where only the owner looks. */
  readonly announceCode: (code: string) => void;
  /** True where browsers reach this server over HTTPS: adds `Secure` and the `__Host-` prefix. */
  readonly secureCookie: boolean;
  /** Who signs in by the code. Default: `local:<user of this process>`. */
  readonly person?: Omit<Person, 'door'>;
  /** Whose `Authorization: Bearer` token this is; undefined refuses the request. Without it no bearer is accepted. */
  readonly bearer?: (token: string) => Person | undefined;
  /** Absent: nobody signs in at a provider. */
  readonly oidc?: OidcSignIn | undefined;
  /**
   * Asked at every request of a session that is not `person`'s: somebody who was removed or deactivated since they signed
   * in sees nothing more. Without it a session lasts its time.
   */
  readonly admit?: Admit | undefined;
  /** Whether the page offers passkeys; the server then has their routes and `/passkey.js`. */
  readonly passkeys?: boolean;
  /** What the page calls this server. Default `Belay`. */
  readonly name?: string;
  /** Milliseconds since 1970, for tests. Default `Date.now`. */
  readonly now?: () => number;
}

import type { ServerOptions } from '../../api/server-options.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { Logger } from '../../platform/log.ts';

/** The OpenID provider that the configuration names; undefined where it names none. */
export function oidcOf(configuration: Configuration, log: Logger): ServerOptions['signIn']['oidc'] {
  const { BELAY_OIDC_ISSUER: issuer, BELAY_OIDC_CLIENT_ID: clientId, BELAY_PUBLIC_URL: here } = configuration;
  if (issuer === undefined || clientId === undefined || here === undefined) return undefined;
  return {
    issuer,
    clientId,
    clientSecret: configuration.BELAY_OIDC_CLIENT_SECRET,
    scopes: configuration.BELAY_OIDC_SCOPES ?? [],
    callback: () => `${here}/signin/oidc/callback`,
    onProblem: (message, error) => log.warn({ err: error, issuer }, message),
  };
}

import { type Site, siteOf } from '../../authority/stepup/site.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { Logger } from '../../platform/log.ts';

/** Where this server asks for passkeys, once its port is known; null, said once in the log, where browsers would refuse. */
export function passkeySite(
  { BELAY_PUBLIC_URL: url }: Pick<Configuration, 'BELAY_PUBLIC_URL'>,
  port: () => number,
  log: Pick<Logger, 'warn'>,
): () => Site | null {
  const first = siteOf(url, 0);
  if ('problem' in first) {
    log.warn(first.problem);
    return () => null;
  }
  return () => {
    const site = siteOf(url, port());
    return 'problem' in site ? null : site;
  };
}

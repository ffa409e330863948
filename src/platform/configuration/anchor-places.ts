import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** Where checkpoints of the ledger are kept outside the database, as one part of `BELAY_ANCHORS` says it. */
export type AnchorPlace =
  | { readonly kind: 'file' | 'git'; readonly path: string }
  | { readonly kind: 'syslog'; readonly transport: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'slack' }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly prefix: string;
      /** Days that object lock keeps each checkpoint; 0 leaves it to the bucket. */
      readonly retainDays: number;
      readonly mode: 'COMPLIANCE' | 'GOVERNANCE';
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
    };

const FORMS = 'file:/path, git:/path/of/clone, s3://bucket/prefix?retain=365, syslog+tcp://host:601, slack';

const S3Options = z.strictObject({
  retain: z
    .string()
    .regex(/^\d{1,5}$/, 'retain is a number of days')
    .transform(Number)
    .default(0),
  mode: z.enum(['COMPLIANCE', 'GOVERNANCE'], 'mode is COMPLIANCE or GOVERNANCE').default('COMPLIANCE'),
  region: z.string().optional(),
  endpoint: z.url({ protocol: /^https?$/, error: 'endpoint is an http or https address' }).optional(),
});

function s3Of(url: URL): AnchorPlace {
  if (url.hostname === '') throw new Error('names no bucket');
  if (url.username !== '' || url.password !== '')
    throw new Error('has credentials in it; give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const options = S3Options.safeParse(Object.fromEntries(url.searchParams));
  if (!options.success) throw new Error(options.error.issues[0]?.message ?? 'is not valid');
  const { retain: retainDays, mode, region, endpoint } = options.data;
  const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, '');
  return { kind: 's3', bucket: url.hostname, prefix, retainDays, mode, region, endpoint };
}

/** @throws with what is wrong, without the place itself: an address may hold a secret. */
function placeOf(text: string): AnchorPlace {
  if (text === 'slack') return { kind: 'slack' };
  const [, kind, path] = /^(file|git):(?!\/\/)(.+)$/.exec(text) ?? [];
  if ((kind === 'file' || kind === 'git') && path !== undefined) {
    if (!isAbsolute(path)) throw new Error(`${kind}: needs an absolute path`);
    return { kind, path };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 's3:') return s3Of(url);
  const [, transport] = /^syslog\+(udp|tcp|tls):$/.exec(url?.protocol ?? '') ?? [];
  if (url && (transport === 'udp' || transport === 'tcp' || transport === 'tls')) {
    if (url.hostname === '' || url.port === '') throw new Error('needs host and port, such as syslog+tcp://logs:601');
    return { kind: 'syslog', transport, host: url.hostname.replaceAll(/^\[|\]$/g, ''), port: Number(url.port) };
  }
  throw new Error(`is none of ${FORMS}`);
}

/** A list by comma. */
export const anchorPlaces = z.string().transform((value, context): AnchorPlace[] => {
  const parts = value.split(',').map((part) => part.trim());
  return parts.flatMap((part, index) => {
    if (part === '') return [];
    try {
      return [placeOf(part)];
    } catch (error) {
      context.addIssue(`has as number ${index + 1} what ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
});

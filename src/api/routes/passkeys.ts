import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PasskeyRecord } from '../../authority/stepup/passkey-record.ts';
import { JsonObject } from '../../domain/json.ts';
import type { ServerOptions } from '../server-options.ts';
import { answered } from './answered.ts';
import { personOf } from './person-of.ts';
import { typed } from './typed.ts';

const tags = ['passkeys'];

/** A passkey as lists show it: no key material, nothing that opens anything. */
const PasskeyView = z.object({
  id: z.string(),
  person: z.string(),
  label: z.string(),
  /** `singleDevice` never leaves its device; `multiDevice` may be synced by its maker. */
  device: z.enum(['singleDevice', 'multiDevice']),
  /** What allowed it. */
  by: z.string(),
  addedAt: z.string(),
});

export const viewOf = ({ id, person, label, device, by, at }: PasskeyRecord): z.infer<typeof PasskeyView> => ({
  id,
  person,
  label,
  device,
  by: by.kind === 'code' ? `a code that ${by.from} asked for` : `passkey ${by.passkey.slice(0, 12)}`,
  addedAt: at,
});

/** Listing, giving codes for, and revoking passkeys. Making one happens in a browser: see `passkey-browser.ts`. */
export async function passkeyRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.get(
    '/api/passkeys',
    {
      schema: {
        tags,
        summary: 'Passkeys that count now',
        response: { 200: z.object({ passkeys: z.array(PasskeyView) }) },
      },
    },
    async () => ({ passkeys: (await doors.passkeys.list()).map(viewOf) }),
  );

  routes.post(
    '/api/passkeys/codes',
    {
      schema: {
        tags,
        summary: 'A one-time code with which somebody adds a passkey',
        description: 'Only for the terminal (`X-Belay-Door: cli`). Without a person it is for whoever asks.',
        body: z.strictObject({ person: z.string().max(300).optional() }),
        response: {
          201: z.object({ code: z.string(), person: z.string(), expiresAt: z.string(), page: z.string() }),
        },
      },
    },
    async (request, reply) => {
      const by = personOf(request);
      const site = await doors.passkeys.site();
      const code = answered(await doors.passkeys.newCode(request.body.person ?? by.id, by));
      return reply.code(201).send({ ...code, page: `${site?.origin ?? ''}/passkeys` });
    },
  );

  routes.post(
    '/api/passkeys/allow',
    {
      config: { bodyOptional: true },
      schema: {
        tags,
        summary: 'Ask an existing passkey to allow another one of the same person',
        response: { 200: z.object({ challenge: z.string(), options: JsonObject }) },
      },
    },
    async (request) => answered(await doors.passkeys.askAllow(personOf(request))),
  );

  routes.post(
    '/api/passkeys/:id/revoke',
    {
      schema: {
        tags,
        summary: 'End a passkey; what it confirmed before stands',
        params: z.object({ id: z.string().max(1400) }),
        body: z.strictObject({ reason: z.string().max(500).default('') }),
        response: { 200: z.object({ id: z.string(), person: z.string() }) },
      },
    },
    async (request) => answered(await doors.passkeys.revoke(request.params.id, personOf(request), request.body.reason)),
  );
}

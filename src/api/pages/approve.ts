import type { FastifyInstance } from 'fastify';
import { GateId } from '../../domain/ids.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import { personOf } from '../routes/person-of.ts';
import type { ServerOptions } from '../server-options.ts';
import { sendPasskeyPage } from './approve-frame.ts';
import { batchTable } from './batch-table.ts';
import { approveBody } from './approve-body.ts';
import { siteNotice } from './approve-notices.ts';

/** `/approve/:gate`: one approval on a page of its own, confirmed with the person's passkey. Cards link here. */
export async function approvePage(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get<{ Params: { gate: string }; Querystring: { option?: string } & Record<string, unknown> }>(
    '/approve/:gate',
    hidden,
    async (request, reply) => {
      const { gate: id } = request.params;
      const gate = GateId.safeParse(id).success ? await doors.gate(id) : undefined;
      if (!gate) throw new HttpProblem(404, `There is no approval ${JSON.stringify(id.slice(0, 50))}.`);
      const person = personOf(request);
      const own = await doors.passkeys.list(person);
      const notice = siteNotice(await doors.passkeys.site(), request.headers.host, `/approve/${gate.id}`);
      const body = approveBody(gate, {
        notice,
        hasPasskey: own.length > 0,
        first: request.query.option,
        viewer: person.id,
        table: await batchTable(doors, gate, `/approve/${gate.id}`, request.query),
      });
      return sendPasskeyPage(reply, { doors }, `${gate.id} ${gate.target}`, body);
    },
  );
}

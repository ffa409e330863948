import type { PolicyRequest } from '../../domain/policy-request.ts';
import type { EntityJson } from './cedar.ts';
import { KNOWN_VALUES } from './cedar-schema.ts';

const uid = (type: string, id: string) => ({ type, id });
const DECIMAL_PLACES = 4;

/** An exact amount as Cedar's `decimal`, which keeps four places; what is finer is cut. */
function decimal(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  return `${whole}.${fraction.slice(0, DECIMAL_PLACES) || '0'}`;
}

const ATTRIBUTES = ['environment', 'dataClass', 'account', 'cluster', 'namespace'] as const;

function targetEntity({ system, connection, key, name, tags }: PolicyRequest['target']): EntityJson {
  const known = ATTRIBUTES.flatMap((attribute) => {
    const value = tags[attribute];
    return value === undefined ? [] : [[attribute, value] as const];
  });
  return {
    uid: uid('Target', key),
    attrs: { system, connection, key, name, team: tags['team'] ?? '', ...Object.fromEntries(known) },
    parents: [],
    tags,
  };
}

function circumstances({ context }: PolicyRequest) {
  const { blastRadius, incident, money, at, ...rest } = context;
  const { count, unit, percent } = blastRadius;
  const responder = incident.responder === null ? {} : { responder: { __entity: uid('Person', incident.responder) } };
  return {
    ...rest,
    // Whole percents, rounded up: a cap of 20 % is passed by 20.1 %.
    blastRadius: { count: Math.ceil(count), unit, ...(percent === null ? {} : { percent: Math.ceil(percent) }) },
    incident: { open: incident.open, ...responder },
    ...(money
      ? { money: { amount: { __extn: { fn: 'decimal', arg: decimal(money.amount) } }, currency: money.currency } }
      : {}),
    at: { __extn: { fn: 'datetime', arg: at } },
    weekday: KNOWN_VALUES['weekday']?.[(new Date(at).getUTCDay() + 6) % 7] ?? '',
  };
}

/** What Cedar is asked: the requester with their groups, the tool as action in its system, the target with its tags. */
export function cedarRequest(request: PolicyRequest) {
  const { requester, tool } = request;
  const target = targetEntity(request.target);
  const entities: EntityJson[] = [
    { uid: uid('Person', requester.person), attrs: {}, parents: requester.groups.map((group) => uid('Group', group)) },
    { uid: uid('Action', tool), attrs: {}, parents: [uid('Action', tool.split('.')[0] ?? tool)] },
    target,
  ];
  return {
    principal: uid('Person', requester.person),
    action: uid('Action', tool),
    resource: target.uid,
    context: circumstances(request),
    entities,
  };
}

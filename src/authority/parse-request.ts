import { type Call, protocol } from './protocol.ts';

type Issues = readonly { path: PropertyKey[]; message: string }[];

/** What came out of this parse, by itself: the HTTP face parses to know whose action it is, the authority to be sure. */
const seen = new WeakMap<object, Call>();

/** A request in the form of its call, or what is wrong with it. What this gave before is not parsed a second time. */
export function parseRequest(call: Call, request: unknown): { data: object } | { issues: Issues } {
  if (typeof request === 'object' && request !== null && seen.get(request) === call) return { data: request };
  const parsed = protocol[call].request.safeParse(request);
  if (!parsed.success) return { issues: parsed.error.issues };
  seen.set(parsed.data, call);
  return { data: parsed.data };
}

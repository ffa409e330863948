import type { ServerResponse } from 'node:http';
import type { KubeObject } from './objects.ts';
import { expired } from './status-error.ts';
import type { Change, Store } from './store.ts';

export interface WatchRequest {
  kind: string;
  selects(object: KubeObject): boolean;
  shape(object: KubeObject): unknown;
  /** The version the caller has seen; without one the watch begins with all that is there. */
  since: number | undefined;
  timeoutMs: number;
}

/** Streams changes, one JSON object a line, until the client leaves or the time is over. @throws StatusError 410 when the version is too old */
export function watch(store: Store, response: ServerResponse, asked: WatchRequest): void {
  const missed = asked.since === undefined ? [] : store.changesSince(asked.since);
  if (!missed) throw expired(asked.since ?? 0);
  const known = new Set<string>();
  const send = (type: Change['type'], object: KubeObject): void =>
    void response.write(`${JSON.stringify({ type, object: asked.shape(object) })}\n`);
  const tell = ({ type, object }: Change): void => {
    if (object.kind !== asked.kind) return;
    const selected = asked.selects(object);
    if (selected) {
      send(type, object);
      known.add(object.metadata.uid);
    } else if (known.delete(object.metadata.uid)) send('DELETED', object);
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const present = asked.since === undefined ? store.list(asked.kind).filter((each) => asked.selects(each)) : [];
  for (const object of present) tell({ type: 'ADDED', version: store.version, object });
  for (const change of missed) tell(change);
  const forget = store.onChange(tell);
  const timer = setTimeout(() => response.end(), asked.timeoutMs);
  response.once('close', () => {
    forget();
    clearTimeout(timer);
  });
}

import type { Kubelet } from './kubelet.ts';
import type { Pod } from './objects.ts';
import { badRequest, invalid } from './status-error.ts';

function number(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  const message = `Invalid value: ${JSON.stringify(text)}: must be an integer greater than or equal to ${least}`;
  throw invalid('PodLogOptions', '', '', [{ reason: 'FieldValueInvalid', field: name, message }]);
}

const flag = (query: URLSearchParams, name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');

/** The text of `GET …/pods/<name>/log`. @throws StatusError 400 (no such container, no previous one, not started yet), 422 (option) */
export function podLog(kubelet: Kubelet, pod: Pod, query: URLSearchParams): string {
  const { name, uid } = pod.metadata;
  const own = pod.spec.containers[0]?.name;
  const container = query.get('container') || own;
  const tail = number(query, 'tailLines', 0);
  const limit = number(query, 'limitBytes', 1);
  const seconds = number(query, 'sinceSeconds', 1);
  const time = query.get('sinceTime');
  if (container !== own) throw badRequest(`container ${container} is not valid for pod ${name}`);
  if (time && Number.isNaN(Date.parse(time))) throw badRequest(`sinceTime is not a time: ${time}`);
  const worker = kubelet.worker(uid);
  const previous = flag(query, 'previous');
  const log = previous ? worker?.previousLog : worker?.log;
  if (!log && previous) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  if (!log) {
    const why = pod.status.containerStatuses?.[0]?.state.waiting?.reason ?? 'ContainerCreating';
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
  }
  const since = Math.max(seconds === undefined ? 0 : Date.now() - seconds * 1000, time ? Date.parse(time) : 0);
  const lines = log.lines.filter((line) => line.at >= since);
  const kept = tail === undefined ? lines : lines.slice(Math.max(lines.length - tail, 0));
  const stamped = flag(query, 'timestamps');
  const text = kept.map((line) => `${stamped ? `${new Date(line.at).toISOString()} ` : ''}${line.text}\n`).join('');
  return limit === undefined ? text : Buffer.from(text).subarray(0, limit).toString();
}

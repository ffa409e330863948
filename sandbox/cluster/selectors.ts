import { at } from '../http/json-path.ts';
import { badRequest } from './status-error.ts';
import type { KubeObject } from './objects.ts';

type Labels = Record<string, string>;

const SET = /^(?<key>[\w./-]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/;
const EQUALITY = /^(?<key>[\w./-]+)\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)$/;
const EXISTENCE = /^(?<not>!?)\s*(?<key>[\w./-]+)$/;

function requirement(text: string): (labels: Labels) => boolean {
  const set = SET.exec(text)?.groups;
  if (set) {
    const values = (set['values'] ?? '').split(',').map((value) => value.trim());
    const within = (labels: Labels): boolean => values.includes(labels[set['key'] ?? ''] ?? '\0');
    return set['operator'] === 'in' ? within : (labels) => !within(labels);
  }
  const equality = EQUALITY.exec(text)?.groups;
  if (equality) {
    const equal = (labels: Labels): boolean => labels[equality['key'] ?? ''] === equality['value'];
    return equality['operator'] === '!=' ? (labels) => !equal(labels) : equal;
  }
  const existence = EXISTENCE.exec(text)?.groups;
  if (existence) return (labels) => Object.hasOwn(labels, existence['key'] ?? '') !== (existence['not'] === '!');
  throw badRequest(`unable to parse requirement: ${text}`);
}

/** Reads a label selector (`a=b,c!=d,e in (f,g),h,!i`). @throws StatusError 400 when it is none */
export function labelSelector(text: string): (object: KubeObject) => boolean {
  const requirements = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map(requirement);
  return (object) => requirements.every((matches) => matches(object.metadata.labels ?? {}));
}

const EVENT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const FIELDS: Record<string, string[]> = {
  Pod: ['status.phase', 'status.podIP', 'spec.nodeName', 'spec.restartPolicy'],
  Event: [...EVENT_FIELDS.map((field) => `involvedObject.${field}`), 'reason', 'type', 'source', 'reportingComponent'],
  ReplicaSet: ['status.replicas'],
};

const valueAt = (object: KubeObject, path: string): string => {
  const value = at(object, path.split('.'));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/** Reads a field selector; each kind has its own few fields, as in Kubernetes. @throws StatusError 400 naming a field that is not among them */
export function fieldSelector(text: string, kind: string): (object: KubeObject) => boolean {
  const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[kind] ?? [])];
  const terms = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const {
        path = '',
        operator,
        value = '',
      } = /^(?<path>[\w.]+)(?<operator>==|=|!=)(?<value>.*)$/.exec(part)?.groups ?? {};
      if (!operator) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`);
      return (object: KubeObject) => (valueAt(object, path) === value) !== (operator === '!=');
    });
  return (object) => terms.every((matches) => matches(object));
}

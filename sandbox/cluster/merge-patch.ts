type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396: null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const result: Json = isObject(target) ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Which member identifies an element, by the name of the list: the `patchMergeKey`s of the kinds kept here. */
const MERGE_KEYS: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  conditions: 'type',
  ownerReferences: 'uid',
};

function mergeList(target: unknown, patch: unknown[], key: string): unknown[] {
  if (patch.some((element) => isObject(element) && element['$patch'] === 'replace')) {
    return patch.filter((element) => !(isObject(element) && element['$patch'] === 'replace'));
  }
  const result = Array.isArray(target) ? [...(target as unknown[])] : [];
  for (const element of patch) {
    const identity = isObject(element) ? element[key] : undefined;
    const index = result.findIndex((each) => isObject(each) && each[key] === identity);
    if (isObject(element) && element['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = strategicMerge(result[index], element);
    else result.push(strategicMerge({}, element));
  }
  return result;
}

/** Kubernetes' strategic merge: as a merge patch, but lists of named things merge by name, and `$patch` says delete or replace. */
export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const { $patch: directive, ...members } = patch;
  const result: Json = isObject(target) && directive !== 'replace' ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(members)) {
    const mergeKey = MERGE_KEYS[key];
    // Order and key-retention hints only matter to clients that compute patches from three versions.
    if (key === '__proto__' || key === '$retainKeys' || key.startsWith('$setElementOrder/')) continue;
    if (value === null) delete result[key];
    else if (Array.isArray(value) && mergeKey) result[key] = mergeList(result[key], value, mergeKey);
    else result[key] = strategicMerge(result[key], value);
  }
  return result;
}

import { applyPatch } from 'rfc6902';
import type { Operation } from 'rfc6902';
import { badRequest, StatusError, unsupportedMediaType } from './status-error.ts';
import { mergePatch, strategicMerge } from './merge-patch.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function jsonPatch<T>(object: T, operations: unknown): T {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  const patched = structuredClone(object);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library answers each operation that is none with an error
  const failed = applyPatch(patched, operations as Operation[]).find((error) => error !== null);
  if (failed) {
    throw new StatusError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${failed.message}`,
    );
  }
  return patched;
}

/**
 * The object with a patch of the given media type applied.
 * @throws StatusError 400 (not a patch), 415 (another media type, server-side apply among them), 422 (a JSON patch operation failed)
 */
export function applyTypedPatch<T extends object>(object: T, mediaType: string, patch: unknown): T {
  if (mediaType === JSON_PATCH) return jsonPatch(object, patch);
  if (mediaType !== MERGE_PATCH && mediaType !== STRATEGIC) {
    throw unsupportedMediaType(mediaType, [JSON_PATCH, MERGE_PATCH, STRATEGIC]);
  }
  if (!isObject(patch)) throw badRequest('the patch is not an object');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- still to be judged: admission checks every field that is used
  return (mediaType === MERGE_PATCH ? mergePatch(object, patch) : strategicMerge(object, patch)) as T;
}

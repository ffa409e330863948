import { cedar, type DetailedError } from './cedar.ts';
import { PERMIT_ANNOTATIONS, permitTerms } from './permit-terms.ts';
import { type Policy, problemOf } from './policy.ts';

const FORBID_ANNOTATIONS = ['id', 'message'];

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Cedar counts bytes of UTF-8. */
const lineAtByte = (text: string, offset: number): number =>
  lineAt(Buffer.from(text).subarray(0, offset).toString(), Infinity);

function parseProblem(file: string, text: string, { message, sourceLocations, help }: DetailedError): string {
  const [where] = sourceLocations ?? [];
  const line = where ? lineAtByte(text, where.start) : 1;
  return `${file}:${line}: ${message}${where?.label ? ` (${where.label})` : ''}${help ? `; ${help}` : ''}`;
}

/** The policies of a file with where each begins, in the file's order: Cedar gives them in the order of their numbers as text. */
function inOrder(text: string, parts: readonly string[]): { part: string; at: number }[] {
  const seen = new Map<string, number>();
  return parts
    .map((part) => {
      const at = text.indexOf(part, seen.get(part) ?? 0);
      seen.set(part, at + 1);
      return { part, at: Math.max(at, 0) };
    })
    .toSorted((a, b) => a.at - b.at);
}

function annotationProblems(effect: Policy['effect'], annotations: Readonly<Record<string, string>>): string[] {
  const known = effect === 'permit' ? PERMIT_ANNOTATIONS : FORBID_ANNOTATIONS;
  return [
    ...Object.keys(annotations)
      .filter((name) => !known.includes(name))
      .map((name) => `@${name} is no annotation of a ${effect}; known are @${known.join(', @')}`),
    ...(/^[a-z0-9][a-z0-9-]{0,79}$/.test(annotations['id'] ?? '')
      ? []
      : ['@id is missing or no name; one is lower-case letters, digits and dashes, such as "production-writes"']),
    ...(annotations['message'] === '' ? ['@message is empty; say what people should know, or leave it out'] : []),
  ];
}

function readOne(file: string, line: number, text: string, problems: string[]): Policy | undefined {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') {
    problems.push(...answer.errors.map((error) => `${file}:${line}: ${error.message}`));
    return undefined;
  }
  const { json } = answer;
  // An annotation without a value reads as null.
  const annotations = Object.fromEntries(
    Object.entries(json.annotations ?? {}).map(([key, text]) => [key, text ?? '']),
  );
  const found = annotationProblems(json.effect, annotations);
  const terms = json.effect === 'permit' ? permitTerms(annotations, found) : undefined;
  const policy = { id: annotations['id'] ?? '', effect: json.effect, file, line, text, json, annotations, terms };
  problems.push(...found.map((what) => problemOf(policy, what)));
  return policy;
}

/** The policies of one file. Adds what is wrong, with file and line, to `problems`. */
export function readPolicies(file: string, text: string, problems: string[]): Policy[] {
  const answer = cedar.policySetTextToParts(text);
  if (answer.type === 'failure') {
    problems.push(...answer.errors.map((error) => parseProblem(file, text, error)));
    return [];
  }
  problems.push(
    ...inOrder(text, answer.policy_templates).map(
      ({ at }) => `${file}:${lineAt(text, at)}: it is a template (?principal, ?resource); write it out`,
    ),
  );
  return inOrder(text, answer.policies).flatMap(
    ({ part, at }) => readOne(file, lineAt(text, at), part, problems) ?? [],
  );
}

import type { Refused } from '../../authority/stepup/refusal.ts';
import { HttpProblem } from '../../platform/http/problem.ts';

/** The answer, or its refusal as a problem with the status it names. */
export function answered<T extends object>(answer: T | Refused): T {
  if ('refused' in answer) throw new HttpProblem(answer.status, answer.refused);
  return answer;
}

import { adminTexts as texts } from '../../texts/admin.ts';

/** Says what an error code means for the operator, who is told the code where there are no words for it. */
export function adminProblemText(code: string): string {
  const known = Object.hasOwn(texts.problems, code) ? texts.problems[code] : undefined;
  return known ?? texts.problem(code);
}

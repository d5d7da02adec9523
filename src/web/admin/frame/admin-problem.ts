import { adminTexts as texts } from '../../texts/admin.ts';

/** Explains an error code to the operator. A code without a text of its own is named. */
export function adminProblemText(code: string): string {
  const known = Object.hasOwn(texts.problems, code) ? texts.problems[code] : undefined;
  return known ?? texts.problem(code);
}

/**
 * Returns whether both databases store a text as it is: well-formed Unicode without NUL, of at most `longest` UTF-16
 * code units. Postgres refuses NUL. Half a surrogate pair is stored as another character.
 */
export function isStorableText(text: string, longest = Infinity): boolean {
  return text.length <= longest && text.isWellFormed() && !text.includes('\0');
}

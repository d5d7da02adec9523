/** The forms of a secret in a text: credentials, authorization headers, JWTs, OAuth parameters, passwords. */
const SECRETS: readonly [RegExp, string][] = [
  [/\b(ckapi|cktmp)_[A-Za-z0-9_-]+/g, '$1_[redacted]'],
  [/\b(Bearer|DPoP|Basic) +[A-Za-z0-9._~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, '[redacted token]'],
  [
    /\b((?:refresh|access|id)_token|code|code_verifier|client_assertion|state|password|secret)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    '$1$2[redacted]',
  ],
  [/\b((?:ref|tok|cod|req)-)[a-f0-9]{16,}/g, '$1[redacted]'],
  [/\/\/[^/\s@]+@/g, '//[redacted]@'],
];

/** Returns `text` with every secret replaced. */
export function redact(text: string): string {
  return SECRETS.reduce((clean, [form, replacement]) => clean.replace(form, replacement), text);
}

type LoggedError = { type: string; code?: string; message: string; stack?: string; cause?: LoggedError };

/**
 * Returns an error for the log: type, code, message, stack and causes, redacted. Other properties are left out, because
 * libraries keep whole requests there, with their headers.
 */
export function toLoggedError(error: unknown, depth = 5): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: redact(String(error)) };
  return {
    type: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    message: redact(error.message),
    ...(error.stack ? { stack: redact(error.stack) } : {}),
    ...(error.cause !== undefined && depth > 0 ? { cause: toLoggedError(error.cause, depth - 1) } : {}),
  };
}

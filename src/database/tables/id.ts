import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/**
 * The schema of one kind of id. Ids are UUIDs, branded by kind. Plain text and ids of another kind are not assignable.
 */
export type IdKind = z.ZodType<string, string>;

export const SessionId = z.uuid().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** The cursor before the first session. It sorts before every session's id. */
export const BEFORE_ALL_SESSIONS = '' as SessionId;

/** Names one attempt to use a refresh token, of a session or of a native app. */
export const AttemptId = z.uuid().brand<'AttemptId'>();
export type AttemptId = z.infer<typeof AttemptId>;

/** Names a directory of answers, and so the process that holds it. It is the owner of attempts. */
export const SpoolId = z.uuid().brand<'SpoolId'>();
export type SpoolId = z.infer<typeof SpoolId>;

export const UiSessionId = z.uuid().brand<'UiSessionId'>();
export type UiSessionId = z.infer<typeof UiSessionId>;

export const OperatorSessionId = z.uuid().brand<'OperatorSessionId'>();
export type OperatorSessionId = z.infer<typeof OperatorSessionId>;

export const ApiKeyId = z.uuid().brand<'ApiKeyId'>();
export type ApiKeyId = z.infer<typeof ApiKeyId>;

export const PasswordSessionId = z.uuid().brand<'PasswordSessionId'>();
export type PasswordSessionId = z.infer<typeof PasswordSessionId>;

export const KeyRequestId = z.uuid().brand<'KeyRequestId'>();
export type KeyRequestId = z.infer<typeof KeyRequestId>;

export const TempTokenId = z.uuid().brand<'TempTokenId'>();
export type TempTokenId = z.infer<typeof TempTokenId>;

/** Names one transaction, before it begins. */
export const CommitMarkId = z.uuid().brand<'CommitMarkId'>();
export type CommitMarkId = z.infer<typeof CommitMarkId>;

export const NativeAppId = z.uuid().brand<'NativeAppId'>();
export type NativeAppId = z.infer<typeof NativeAppId>;

/** Returns a new random id of a kind. */
export function newId<Kind extends IdKind>(kind: Kind): z.output<Kind> {
  return kind.parse(randomUUID());
}

/** Returns undefined if the text is no id. Not every database accepts every text, so only ids reach it. */
export function parseId<Kind extends IdKind>(kind: Kind, text: string): z.output<Kind> | undefined {
  return kind.safeParse(text).data;
}

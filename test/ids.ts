import type {
  ApiKeyId,
  AttemptId,
  KeyRequestId,
  NativeAppId,
  OperatorSessionId,
  PasswordSessionId,
  SessionId,
  TempTokenId,
  UiSessionId,
} from '../src/database/tables/id.ts';

/** Fits every id type. */
export type AnyId = SessionId &
  AttemptId &
  ApiKeyId &
  KeyRequestId &
  NativeAppId &
  OperatorSessionId &
  PasswordSessionId &
  TempTokenId &
  UiSessionId;

/** Returns a text as an id of every kind: one that came over HTTP, or one that a test makes up. */
export function asId(text: string): AnyId {
  return text as AnyId;
}

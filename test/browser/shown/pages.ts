import { accountPages, firstDayPages, newKeyPages, signInWithLittle } from './account.ts';
import { adminPages, quietAdminPages } from './admin.ts';
import { connectPages } from './connect.ts';
import { signedInPages, signInPages, troubledSignInPages } from './sign-in.ts';
import { open, type ShownPages, type Stage } from './stage.ts';

/** A scope with permissions of every kind. */
export const EVERY_KIND_OF_PERMISSION = [
  'atproto',
  'transition:generic',
  'transition:email',
  'repo:app.bsky.feed.post',
  'repo:com.example.weather.station.observation?action=create&action=update',
  'rpc:app.bsky.feed.getTimeline?aud=did:web:api.bsky.app%23bsky_appview',
  'blob:image/*',
].join(' ');

/** The pages of a broker without operator's pages and key requests. */
export async function* pagesOfLittle(stage: Stage): ShownPages {
  await open(stage, '/admin');
  yield { name: 'admin-off' };
  yield* firstDayPages(stage, 'account-without-keys');
  await open(stage, '/account/keys/new?problem=KeyRequestsOff');
  yield { name: 'new-key-off', alike: true };
}

/** Every page of the broker, in each of its conditions. */
export async function* shownPages(stage: Stage): ShownPages {
  yield* signInPages(stage);
  await open(stage, '/docs');
  yield { name: 'docs' };
  yield* quietAdminPages(stage);
  yield* firstDayPages(stage);
  yield* troubledSignInPages(stage);
  const { did, sessionId } = await signInWithLittle(stage);
  yield* signedInPages(stage, did);
  yield* accountPages(stage, did);
  yield* newKeyPages(stage);
  yield* connectPages(stage);
  yield* adminPages(stage, sessionId);
}

// Posts with an API key and the client of Latchkey: node bot.ts "Good morning"
import { Agent } from '@atproto/api';
import { brokerErrorOf, KeyRefused, LatchkeyClient, NeedsOwner } from 'latchkey/client';

const { LATCHKEY_URL = 'http://127.0.0.1:8787', LATCHKEY_KEY = '' } = process.env;
const [text = 'Hello from a bot'] = process.argv.slice(2);

try {
  // Waits by itself while the broker or the account's server asks for it.
  const client = new LatchkeyClient({ broker: LATCHKEY_URL, key: LATCHKEY_KEY });
  const { did } = await client.me();
  const agent = new Agent({ did, fetchHandler: client.fetchHandler });
  const { uri } = await agent.post({ text });
  console.log(uri);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

function explain(error: unknown): string {
  const reason = brokerErrorOf(error);
  // The key stays: it works again once its owner has signed in.
  if (reason instanceof NeedsOwner) return `Sign in at ${reason.reconnectUrl}, then run the bot again.`;
  if (reason instanceof KeyRefused) return `The key has ended. Make a new one at ${LATCHKEY_URL}/account.`;
  return error instanceof Error ? error.message : String(error);
}

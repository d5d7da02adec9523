/** What a program needs to know besides its key. */
export type SampleFacts = { readonly baseUrl: string; readonly did: string };

export type CodeSample = { readonly id: string; readonly name: string; readonly code: string };

/** The file with a key for programs, which they read as environment variables. */
export function dotEnv({ baseUrl, did }: SampleFacts, secret: string): string {
  return `LATCHKEY_URL=${baseUrl}\nLATCHKEY_DID=${did}\nLATCHKEY_KEY=${secret}\n`;
}

/** Programs that write a post with a key. They read it from the environment, so that no copy of them holds it. */
export function codeSamples(facts: SampleFacts, secret: string): readonly CodeSample[] {
  return [
    { id: 'curl', name: 'curl', code: curl(facts) },
    { id: 'typescript', name: 'TypeScript', code: typeScript(facts) },
    { id: 'python', name: 'Python', code: python(facts) },
    { id: 'env', name: '.env', code: dotEnv(facts, secret) },
  ];
}

const curl = ({ baseUrl, did }: SampleFacts): string => `# Put the lines of .env into a file named .env first.
. ./.env
curl -sS '${baseUrl}/xrpc/com.atproto.repo.createRecord' \\
  -H "Authorization: Bearer $LATCHKEY_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "repo": "${did}",
    "collection": "app.bsky.feed.post",
    "record": {
      "$type": "app.bsky.feed.post",
      "text": "Hello from my bot",
      "createdAt": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"
    }
  }'
`;

const typeScript = ({
  baseUrl,
  did,
}: SampleFacts): string => `// npm install @atproto/api, then: node --env-file=.env post.ts
import { Agent } from '@atproto/api';

const agent = new Agent({
  did: '${did}',
  fetchHandler: (path, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', \`Bearer \${process.env.LATCHKEY_KEY}\`);
    return fetch('${baseUrl}' + path, { ...init, headers });
  },
});
const post = await agent.post({ text: 'Hello from my bot' });
console.log(post.uri);
`;

const python = ({
  baseUrl,
  did,
}: SampleFacts): string => `# pip install atproto, then: set -a; . ./.env; python3 post.py
import os
from atproto import Client

client = Client(base_url="${baseUrl}")
client.login("${did}", os.environ["LATCHKEY_KEY"], fetch_bsky_profile=False)
post = client.send_post(text="Hello from my bot", profile_identify="${did}")
print(post.uri)
`;

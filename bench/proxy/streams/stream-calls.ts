import { Readable } from 'node:stream';
import { request } from 'undici';
import type { Contender } from '../contenders/contender.ts';
import { blobOf, drain } from '../pds/bodies.ts';

/** Sends a stream through a proxy. Throws if bytes are missing. */
export type StreamCall = (proxy: Contender, bytes: number) => Promise<void>;

export const download: StreamCall = async ({ name, url, headers, cookies: [cookie = ''] }, bytes) => {
  const path = `/xrpc/com.atproto.sync.getBlob?size=${bytes}`;
  const answer = await request(new URL(path, url), { headers: { ...headers, cookie } });
  const arrived = await drain(answer.body);
  if (arrived !== bytes) throw new Error(`${name} answered a download with ${answer.statusCode}`);
};

export const upload: StreamCall = async ({ name, url, headers, cookies: [cookie = ''] }, bytes) => {
  const answer = await request(new URL('/xrpc/com.atproto.repo.uploadBlob', url), {
    method: 'POST',
    headers: {
      ...headers,
      cookie,
      'content-type': 'application/vnd.ipld.car',
      'content-length': String(bytes),
    },
    body: Readable.from(blobOf(bytes), { objectMode: false }),
  });
  const { size } = (await answer.body.json()) as { size?: number };
  if (size !== bytes) throw new Error(`${name} answered an upload with ${answer.statusCode}`);
};

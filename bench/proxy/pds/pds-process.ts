// The stub PDS and its issuer in one process: pds-process.ts <nonce's lifetime in ms> <delay of an upload in ms>
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import '../../../test/network/end-with-parent.ts';
import { listenOnLoopback } from '../../../test/network/loopback-server.ts';
import { documentAt } from '../../../test/network/issuer-documents.ts';
import { blobOf, drain, profile, serviceTokenFor } from './bodies.ts';
import { ProofCheck } from './proof-check.ts';
import { RotatingNonces } from './rotating-nonces.ts';
import type { PdsReport } from './stub-pds.ts';

const [nonceMs = 0, uploadDelayMs = 0] = process.argv.slice(2).map(Number);
const server = await listenOnLoopback();
const origin = `http://localhost:${server.port}`;
const nonces = new RotatingNonces(nonceMs);
const proofs = new ProofCheck(nonces);
const report: PdsReport = { proved: 0, unproved: 0, challenged: 0, refused: 0 };

server.answerWith((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
process.send?.(origin);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '/' } = request;
  if (!url.startsWith('/xrpc/')) {
    send(response, 200, JSON.stringify(url === '/report' ? report : documentAt(new URL(url, origin))));
    return;
  }
  const verdict = proofs.check(request);
  if (verdict === 'use_dpop_nonce' || verdict === 'invalid_dpop_proof') {
    report[verdict === 'use_dpop_nonce' ? 'challenged' : 'refused']++;
    request.resume();
    response.setHeader('www-authenticate', `DPoP error="${verdict}"`);
    send(response, 401, JSON.stringify({ error: verdict }));
    return;
  }
  report[verdict === 'good' ? 'proved' : 'unproved']++;
  if (url.startsWith('/xrpc/com.atproto.repo.uploadBlob')) await takeUpload(request, response);
  else if (url.startsWith('/xrpc/com.atproto.sync.getBlob')) await sendBlob(url, response);
  else if (url.startsWith('/xrpc/com.atproto.server.getServiceAuth'))
    send(response, 200, serviceTokenFor(url));
  else send(response, 200, profile);
}

async function takeUpload(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const size = await drain(request);
  await sleep(uploadDelayMs);
  send(response, 200, JSON.stringify({ size }));
}

async function sendBlob(url: string, response: ServerResponse): Promise<void> {
  const size = Number(new URL(url, origin).searchParams.get('size'));
  response.writeHead(200, {
    'content-type': 'application/vnd.ipld.car',
    'content-length': size,
    'dpop-nonce': nonces.newest,
  });
  await pipeline(blobOf(size), response);
}

function send(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'access-control-allow-origin': '*',
      'atproto-repo-rev': '3mabcdefghi2k',
      'cache-control': 'private',
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'dpop-nonce': nonces.newest,
      etag: 'W/"165-Qm7yrIxwE3GZ"',
      'ratelimit-limit': '3000',
      'ratelimit-policy': '3000;w=300',
      'ratelimit-remaining': '2999',
      'ratelimit-reset': '1790000000',
      vary: 'Accept-Encoding',
    })
    .end(body);
}

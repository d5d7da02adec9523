// A PLC directory, PDS and issuer of any number of accounts in one process; its report is at /report.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import '../../../test/network/end-with-parent.ts';
import { listenOnLoopback } from '../../../test/network/loopback-server.ts';
import { DpopCheck } from './dpop-check.ts';
import { documentAt } from './issuer-documents.ts';
import { refusal, StrictIssuer, type TokenAnswer } from './strict-issuer.ts';

/** How long an answer takes to its caller, as over a network. */
const answerDelayMs = 20;

const server = await listenOnLoopback();
const origin = `http://localhost:${server.port}`;
const issuer = new StrictIssuer();
const dpop = new DpopCheck(`${origin}/token`);

server.answerWith((request, response) => {
  const url = new URL(request.url ?? '/', origin);
  if (url.pathname === '/token') {
    answerTokenRequest(request, response).catch(() => response.destroy());
    return;
  }
  const document = url.pathname === '/report' ? issuer.report : documentAt(url);
  send(response, document ? 200 : 404, document ?? {});
});
process.send?.(origin);

async function answerTokenRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
  issuer.enter();
  try {
    const { status, body } = await judge(request);
    await sleep(answerDelayMs);
    response.setHeader('dpop-nonce', dpop.nonce);
    send(response, status, body);
  } finally {
    issuer.leave();
  }
}

async function judge(request: IncomingMessage): Promise<TokenAnswer> {
  const form = new URLSearchParams(await text(request));
  const proof = await dpop.check(String(request.headers.dpop));
  return 'error' in proof ? refusal(proof.error) : issuer.refresh(form, proof.jkt);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends bytes over a new socket. Returns everything received until the server closes. */
export async function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes);
  return text(socket);
}

/** Returns a request as bytes, for a connection that closes after the response. `lines` are further headers. */
export function rawRequest(requestLine: string, url: string, ...lines: string[]): string {
  const head = [`${requestLine} HTTP/1.1`, `Host: ${new URL(url).host}`, 'Connection: close', ...lines];
  return `${head.join('\r\n')}\r\n\r\n`;
}

/** Returns the status and body of a raw response. */
export function parseRaw(answer: string): { status: number; headers: Headers; body: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const fields = lines.map(line => line.split(': ', 2) as [string, string]);
  return { status: Number(statusLine.split(' ')[1]), headers: new Headers(fields), body };
}

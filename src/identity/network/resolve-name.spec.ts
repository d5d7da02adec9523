import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameServerResolver, type ResolveName } from './resolve-name.ts';

const addresses: Record<string, Record<number, Buffer>> = {
  'both.example': {
    1: Buffer.from([203, 0, 113, 1]),
    28: Buffer.from('20010db8000000000000000000000001', 'hex'),
  },
  'old.example': { 1: Buffer.from([203, 0, 113, 2]) },
};

/** A response to a DNS query (RFC 1035 section 4.1) with one address, none, or a name error. */
function answerTo(query: Buffer): Buffer | undefined {
  let end = 12;
  const labels: string[] = [];
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
    labels.push(query.subarray(end + 1, end + 1 + length).toString('latin1'));
    end += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  if (name.endsWith('silent.example')) return undefined;
  const type = query.readUInt16BE(end + 1);
  const address = addresses[name]?.[type];
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(name in addresses ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(address ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const question = query.subarray(12, end + 5);
  if (!address) return Buffer.concat([head, question]);
  const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length]);
  return Buffer.concat([head, question, record, address]);
}

describe('a name, at name servers', () => {
  let socket: Socket;
  let resolve: ResolveName;
  beforeAll(async () => {
    socket = createSocket('udp4', (query, { port, address }) => {
      const answer = answerTo(query);
      if (answer) socket.send(answer, port, address);
    }).bind(0, '127.0.0.1');
    await once(socket, 'listening');
    resolve = nameServerResolver([`127.0.0.1:${socket.address().port}`]);
  });
  afterAll(() => {
    socket.close();
  });

  it('resolves to the addresses of both families', async () => {
    expect(await resolve('both.example')).toEqual([
      { address: '203.0.113.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
    expect(await resolve('old.example')).toEqual([{ address: '203.0.113.2', family: 4 }]);
  });

  it('is refused if it does not exist', async () => {
    await expect(resolve('none.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('is delayed by no other name, however many servers are silent', async () => {
    const ended: unknown[] = [];
    const slow = Array.from({ length: 50 }, (_, n) =>
      resolve(`${n}.silent.example`).then(ended.push.bind(ended), ended.push.bind(ended)),
    );
    expect(await resolve('old.example')).toHaveLength(1);
    expect(ended).toEqual([]);
    void Promise.all(slow);
  });
});

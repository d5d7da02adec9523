import { describe, expect, it } from '@jest/globals';
import { clientNameOf } from './client-name.ts';
import { clientNetworkOf } from './client-network.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

describe('the name of a client', () => {
  it.each([
    ['python-httpx/0.27.0', 'python-httpx/0.27.0'],
    ['atproto.blue v0.0.61', 'atproto.blue'],
    ['weather-bot/2.1 (+https://bot.example) node/24.1.0', 'weather-bot/2.1'],
    ['node', 'node'],
    [firefox, 'Firefox on Linux'],
    ['Mozilla/5.0', null],
    [`bot/${'9'.repeat(200)}`, `bot/${'9'.repeat(53)}...`],
    ['x'.repeat(1_001), null],
    ['<script>alert(1)</script>', null],
    ['\u001b[31mred/1', null],
    ['bot\r\nSet-Cookie: a=b', 'bot'],
    ['bot\u202egpj/1', 'bot'],
    [`Mozilla/5.0 ${'\u00ff'.repeat(9)}/1 `, null],
    ['', null],
    [undefined, null],
  ])('of %j is %j', (userAgent, name) => {
    expect(clientNameOf(userAgent)).toBe(name);
  });
});

describe('the network of a client', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:7:1:2:3:4:5', '2001:db8:7::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::1', '::/48'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['unknown', null],
    ['<b>', null],
    ['', null],
  ])('of %j is %j', (address, network) => {
    expect(clientNetworkOf(address)).toBe(network);
  });
});

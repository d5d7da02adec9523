import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../config/config.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { ClientLogo } from './client-logo.service.ts';

const logoUri = 'https://latchkey.example/logo';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** Returns the logo that a server's answer leads to, and how often it was fetched for three pages. */
async function shown(
  answer: () => Response,
  settings: Record<string, string> = { LATCHKEY_LOGO_URI: logoUri },
) {
  const fetched: string[] = [];
  const picture = (url: string): Promise<Response> => {
    fetched.push(url);
    return Promise.resolve().then(answer);
  };
  const outboundHttp = Object.assign(Object.create(OutboundHttp.prototype) as OutboundHttp, { picture });
  const logo = new ClientLogo(readConfig(settings), outboundHttp);
  const found = await Promise.all([logo.find(), logo.find()]);
  expect(await logo.find()).toEqual(found[0]);
  return { logo: found[0], fetched };
}

describe("the operator's logo", () => {
  it('is fetched once from the address in the settings', async () => {
    const { logo, fetched } = await shown(() => new Response(new Uint8Array(PNG)));
    expect(logo).toEqual({ type: 'image/png', bytes: PNG });
    expect(fetched).toEqual([logoUri]);
  });

  it('may be an SVG', async () => {
    const headers = { 'content-type': 'image/svg+xml; charset=utf-8' };
    const { logo } = await shown(() => new Response('<svg/>', { headers }));
    expect(logo?.type).toBe('image/svg+xml');
  });

  it.each<[string, () => Response]>([
    ['is missing', () => new Response('no', { status: 404 })],
    ['is a web page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    [
      'cannot be reached',
      () => {
        throw new Error('the connection failed');
      },
    ],
  ])('is left out if it %s, and is not fetched again at once', async (_, answer) => {
    expect(await shown(answer)).toEqual({ logo: undefined, fetched: [logoUri] });
  });

  it('is not fetched if none is set', async () => {
    expect(await shown(() => new Response(), {})).toEqual({ logo: undefined, fetched: [] });
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseReturnTo } from './return-to.ts';

const config = {
  publicUrl: new URL('https://latchkey.example.org'),
  basePath: '/broker',
  baseUrl: 'https://latchkey.example.org/broker',
  allowedOrigins: ['https://app.example.org'],
};

describe('return_to', () => {
  it.each([
    [undefined, '/broker/'],
    ['/broker/account?tab=keys#top', '/broker/account?tab=keys#top'],
    ['account', '/broker/account'],
    ['https://latchkey.example.org/broker/x', '/broker/x'],
    ['https://app.example.org/deep?x=1', 'https://app.example.org/deep?x=1'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['', '/broker/'],
    ['https:evil.example/x', '/broker/evil.example/x'],
  ])('leads %j to %j', (input, target) => {
    expect(parseReturnTo(input, config)).toBe(target);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    'https://app.example.org@evil.example',
    'https://user@app.example.org/',
    'https://latchkey.example.org:secret@latchkey.example.org/',
    'https://app.example.org.evil.example/',
    'https://app.example.org:8443/',
    'http://app.example.org/',
    'http://latchkey.example.org/',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:https://app.example.org/x',
    'https://',
    'https://[',
  ])('refuses %j', input => {
    expect(() => parseReturnTo(input, config)).toThrow(expect.objectContaining({ code: 'InvalidReturnTo' }));
  });
});

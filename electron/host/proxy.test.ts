import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { createProxyFor } from './proxy.ts';

const PROXY = 'http://proxy.corp:3128';

describe('the proxy of an origin', () => {
  it.each([
    ['none without variables', {}, 'https://ghcr.io', null],
    ['HTTPS_PROXY for https', { HTTPS_PROXY: PROXY }, 'https://ghcr.io', PROXY],
    ['not HTTPS_PROXY for http', { HTTPS_PROXY: PROXY }, 'http://ghcr.io', null],
    ['HTTP_PROXY for http', { HTTP_PROXY: PROXY }, 'http://ghcr.io', PROXY],
    ['ALL_PROXY for both', { ALL_PROXY: PROXY }, 'https://ghcr.io', PROXY],
    ['the lower-case form first', { https_proxy: PROXY, HTTPS_PROXY: 'http://other' }, 'https://ghcr.io', PROXY],
    ['a value without scheme as http', { HTTPS_PROXY: 'proxy.corp:3128' }, 'https://ghcr.io', PROXY],
    ['none for an empty value', { HTTPS_PROXY: ' ' }, 'https://ghcr.io', null],
    ['none for SOCKS', { ALL_PROXY: 'socks5://proxy:1080' }, 'https://ghcr.io', null],
    ['never for loopback', { ALL_PROXY: PROXY }, 'http://127.0.0.1:5000', null],
    ['never for a name under localhost', { ALL_PROXY: PROXY }, 'http://registry.localhost:5000', null],
    ['never for loopback of IPv6', { ALL_PROXY: PROXY }, 'http://[::1]:5000', null],
  ])('is %s', (_name, env, origin, expected) => {
    expect(createProxyFor(env)(origin)).toBe(expected);
  });

  it.each([
    ['HTTPS_PROXY', 'http://['],
    ['https_proxy', 'http://proxy:port'],
    ['ALL_PROXY', 'proxy corp:3128'],
    ['ALL_PROXY', 'ftp://proxy.corp'],
  ])('is not none where %s is %s: that is said, without the value', (variable, value) => {
    const proxyFor = createProxyFor({ [variable]: value, NO_PROXY: 'internal.corp' });
    const ask = (origin: string): unknown => {
      try {
        return proxyFor(origin);
      } catch (thrown) {
        return thrown instanceof AppError ? thrown.toData() : thrown;
      }
    };

    expect(['https://ghcr.io', 'https://internal.corp', 'http://127.0.0.1:5000'].map(ask)).toEqual([
      expect.objectContaining({ code: 'proxy.invalid', params: { host: 'ghcr.io', variable } }),
      null,
      null,
    ]);
  });

  it.each([
    ['*', 'https://ghcr.io', true],
    ['ghcr.io', 'https://ghcr.io', true],
    ['GHCR.io', 'https://ghcr.io', true],
    ['ghcr.io', 'https://evil-ghcr.io', false],
    ['corp', 'https://registry.corp', true],
    ['.corp', 'https://registry.corp', true],
    ['*.corp', 'https://registry.corp', true],
    ['.', 'https://registry.corp', false],
    ['registry.corp:5000', 'https://registry.corp:5000', true],
    ['registry.corp:5000', 'https://registry.corp', false],
    ['registry.corp:443', 'https://registry.corp', true],
    ['10.0.0.0/8', 'https://10.3.4.5:5000', true],
    ['10.0.0.0/8', 'https://11.3.4.5:5000', false],
    ['10.0.0.0/99', 'https://10.3.4.5', false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['[fd12::1]:5000', 'https://[fd12::1]:5000', true],
    ['fd12::1', 'https://[fd12::1]', true],
    ['1.2.3.4', 'https://1.2.3.4', true],
    ['2.3.4', 'https://1.2.3.4', false],
    ['a.example, b.example c.example', 'https://c.example', true],
  ])('NO_PROXY=%s for %s: %s', (excluded, origin, direct) => {
    expect(createProxyFor({ ALL_PROXY: PROXY, NO_PROXY: excluded })(origin)).toBe(direct ? null : PROXY);
  });
});

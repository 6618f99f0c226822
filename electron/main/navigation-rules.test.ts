import { describe, expect, it } from 'vitest';
import { APP_ORIGIN, APP_SCHEME_PRIVILEGES, developmentUrl } from './app-origin.ts';
import { externalLink, mayNavigate } from './navigation-rules.ts';

describe('navigation', () => {
  it.each([
    ['app://tartan/', true],
    ['app://tartan/index.html#x', true],
    ['app://tartan.evil/', false],
    ['app://user@tartan/', false],
    ['https://tartan/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['', false],
  ])('to %s: %s', (url, allowed) => {
    expect(mayNavigate(url, APP_ORIGIN)).toBe(allowed);
  });

  it.each([
    ['https://tart.run/quick-start/', 'https://tart.run/quick-start/'],
    ['https://github.com/cirruslabs/tart', 'https://github.com/cirruslabs/tart'],
    ['http://github.com/', null],
    ['https://github.com:8443/', null],
    ['https://user:x@github.com/', null],
    ['https://evil.github.com/', null],
    ['https://github.com.evil.example/', null],
    ['file:///etc/passwd', null],
    ['smb://server/share', null],
    ['nonsense', null],
  ])('hands %s to the system’s browser as %s', (url, link) => {
    expect(externalLink(url)).toBe(link);
  });
});

describe('the app’s own scheme', () => {
  it('may what https may and nothing else: no service worker, no way around a policy', () => {
    expect(APP_SCHEME_PRIVILEGES).toEqual({ standard: true, secure: true, supportFetchAPI: true });
  });
});

describe('the dev server', () => {
  it.each([
    ['http://localhost:5173/', false, 'http://localhost:5173/'],
    ['http://127.0.0.1:5173', false, 'http://127.0.0.1:5173/'],
    ['http://localhost:5173/', true, null],
    ['http://evil.example:5173/', false, null],
    ['https://localhost/', false, null],
    ['file:///tmp/x.html', false, null],
    [undefined, false, null],
  ])('%s, packaged %s: %s', (text, packaged, expected) => {
    expect(developmentUrl(text, packaged)?.href ?? null).toBe(expected);
  });
});

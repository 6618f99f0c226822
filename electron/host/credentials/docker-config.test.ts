import { describe, expect, it } from 'vitest';
import { authsOf, countsFor, credentialOfAuth, dockerConfigSchema, helperOf, serverUrlOf } from './docker-config.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const configOf = (value: unknown): ReturnType<typeof dockerConfigSchema.parse> => dockerConfigSchema.parse(value);

describe('an entry of Docker’s config.json', () => {
  it.each([
    ['user and password', { auth: base64('kim:secret') }, { username: 'kim', secret: 'secret', kind: 'password' }],
    ['a password with colons', { auth: base64('kim:a:b') }, { username: 'kim', secret: 'a:b', kind: 'password' }],
    [
      'trailing zero bytes',
      { auth: base64('kim:secret\0\0') },
      { username: 'kim', secret: 'secret', kind: 'password' },
    ],
    ['no colon', { auth: base64('kim') }, null],
    ['only a mark that the store has it', {}, null],
    ['plain members', { username: 'kim', password: 's' }, { username: 'kim', secret: 's', kind: 'password' }],
    [
      'an identity token',
      { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh' },
      { username: '00000000-0000-0000-0000-000000000000', secret: 'refresh', kind: 'identity' },
    ],
  ])('with %s', (_name, entry, expected) => {
    expect(credentialOfAuth(entry)).toEqual(expected);
  });

  it.each([
    ['registry.corp:5000', 'registry.corp:5000', true],
    ['https://registry.corp:5000/v1/', 'registry.corp:5000', true],
    ['Registry.Corp', 'registry.corp', true],
    ['registry.corp', 'registry.corp:5000', false],
    ['https://index.docker.io/v1/', 'registry-1.docker.io', true],
    ['docker.io', 'index.docker.io', true],
  ])('under %s is for %s: %s', (key, host, found) => {
    expect(authsOf(configOf({ auths: { [key]: { auth: base64('kim:secret') } } }), host).length > 0).toBe(found);
  });

  it('under the exact name wins over an old-style one', () => {
    const auths = { 'https://ghcr.io/v1/': { auth: base64('old:1') }, 'ghcr.io': { auth: base64('new:2') } };
    expect(authsOf(configOf({ auths }), 'ghcr.io').map(({ credential }) => credential.username)).toEqual([
      'new',
      'old',
    ]);
  });

  it('for a part of a host counts for that part, the longest name first', () => {
    const keys = ['quay.io', 'quay.io/acme', 'quay.io/acme/images', 'ghcr.io/acme'];
    const auths = Object.fromEntries(keys.map((key) => [key, { auth: base64(`${key}:s`) }]));
    const found = authsOf(configOf({ auths }), 'quay.io');
    const usedFor = (repository: string | null): string | undefined =>
      found.find(({ namespace }) => countsFor(namespace, repository))?.credential.username;

    expect(['acme/images/vm', 'acme/images', 'acme/imagesets', 'acme', 'other/acme', null].map(usedFor)).toEqual([
      'quay.io/acme/images',
      'quay.io/acme/images',
      'quay.io/acme',
      'quay.io/acme',
      'quay.io',
      'quay.io',
    ]);
  });
});

describe('the helper of a host', () => {
  it.each([
    ['ghcr.io', 'ghcr.io', 'one'],
    ['.*\\.amazonaws\\.com', '123.dkr.ecr.eu-west-1.amazonaws.com', 'one'],
    ['amazonaws\\.com', '123.dkr.ecr.eu-west-1.amazonaws.com', null],
    ['[', 'ghcr.io', null],
  ])('named under %s for %s is %s', (key, host, expected) => {
    expect(helperOf(configOf({ credHelpers: { [key]: 'one' } }), host)).toBe(expected);
  });

  it('is asked for Docker Hub by its old name', () => {
    expect([serverUrlOf('docker.io'), serverUrlOf('ghcr.io')]).toEqual(['https://index.docker.io/v1/', 'ghcr.io']);
  });
});

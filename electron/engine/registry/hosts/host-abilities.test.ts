import { describe, expect, it } from 'vitest';
import { abilitiesOf, softwareOf } from './host-abilities.ts';
import { profileOf } from './host-profile.ts';

const UNKNOWN = {
  tagDelete: 'unknown',
  digestDelete: 'unknown',
  mount: 'unknown',
  anonymousMount: 'unknown',
  referrers: 'unknown',
  catalog: 'unknown',
  pageSize: 1000,
};

describe('what a registry can do', () => {
  it('is not known of a host that nobody worked with and that no table names', () => {
    expect(abilitiesOf('registry.acme.internal:5000')).toEqual(UNKNOWN);
  });

  it('is what the table says of a known host, and over it what was found out there', () => {
    expect([
      abilitiesOf('ghcr.io'),
      abilitiesOf('quay.io', { tagDelete: 'refused', mount: 'yes' }),
      abilitiesOf('acme.jfrog.io', { mount: 'yes' }).mount,
    ]).toEqual([
      { ...UNKNOWN, tagDelete: 'refused', digestDelete: 'no', referrers: 'no' },
      { ...UNKNOWN, tagDelete: 'refused', digestDelete: 'yes', mount: 'yes', referrers: 'yes', pageSize: 100 },
      'yes',
    ]);
  });

  it('goes by the product where the host has a name of its own', () => {
    expect([
      abilitiesOf('hub.acme.internal', { software: 'harbor' }).tagDelete,
      abilitiesOf('images.acme.internal', { software: 'artifactory' }).mount,
    ]).toEqual(['harborApi', 'no']);
  });

  it('keeps the way through the API of the vendor when only the registry refuses to delete a tag', () => {
    const harbor = { software: 'harbor' } as const;
    expect([
      abilitiesOf('hub.acme.internal', { ...harbor, tagDelete: 'digest' }).tagDelete,
      abilitiesOf('hub.acme.internal', { ...harbor, tagDelete: 'tag' }).tagDelete,
      abilitiesOf('docker.io', { tagDelete: 'refused' }).tagDelete,
    ]).toEqual(['harborApi', 'tag', 'hubApi']);
  });
});

describe('the product behind a registry', () => {
  it.each([
    [{ 'www-authenticate': 'Bearer realm="https://h.io/service/token",service="harbor-registry"' }, 'harbor'],
    [{ 'www-authenticate': 'Bearer realm="https://g.io/jwt/auth",service="container_registry"' }, 'gitlab'],
    [{ 'www-authenticate': 'Bearer realm="https://g.io/v2/token", Basic' }, 'gitea'],
    [{ 'www-authenticate': 'Bearer realm="https://q.io/v2/auth",service="q.io"' }, 'quay'],
    [{ 'x-jfrog-version': 'Artifactory/7.90.1' }, 'artifactory'],
    [{ server: 'Nexus/3.70.1-02 (OSS)' }, 'nexus'],
    [{ 'docker-distribution-api-version': 'registry/2.0' }, null],
    [{ 'www-authenticate': 'Bearer realm="https://auth.io/token",service="registry"' }, null],
  ])('is told by the answer to its first request: %j', (headers, software) => {
    expect(softwareOf(headers)).toBe(software);
  });
});

describe('how a host likes its uploads', () => {
  it('is what the table says, over the usual way for its link', () => {
    expect([
      profileOf('ghcr.io').uploadMode,
      profileOf('docker.io').uploadMode,
      profileOf('docker.io', {}, { rate: 200_000_000, quickestMs: 30 }).uploadMode,
      profileOf('ghcr.io', { uploadMode: 'stream' }).uploadMode,
      profileOf('1.dkr.ecr.eu-west-1.amazonaws.com').layerLimit,
    ]).toEqual(['mono', 'chunks', 'stream', 'stream', 500]);
  });

  it.each([
    ['the rate', { rate: 60_000_000, quickestMs: 90 }, 'stream'],
    ['a low rate, however near it is', { rate: 2_000_000, quickestMs: 1 }, 'chunks'],
    ['before a rate is known, by how soon it answered', { rate: null, quickestMs: 4 }, 'stream'],
    ['before a rate is known, where it took long to answer', { rate: null, quickestMs: 25 }, 'chunks'],
  ])('follows the link: %s', (_name, link, mode) => {
    expect(profileOf('registry.example', {}, link).uploadMode).toBe(mode);
  });
});

import { describe, expect, it } from 'vitest';
import type { Registry, Repository } from '../../../shared/models/registry.ts';
import { type OpenRows, registryRows, tokensThatFit } from './tree-rows.ts';
import { registryAndRepository } from './use-add-registry.ts';

function repository(name: string, groups: Record<string, string[]> | null): Repository {
  return {
    repository: name,
    readMs: groups === null ? null : 1,
    tagCount: groups === null ? null : Object.values(groups).flat().length,
    groups: Object.entries(groups ?? {}).map(([digest, tags]) => ({ digest, tags, size: 1, uploadTime: null })),
  };
}

const REGISTRY: Registry = {
  host: 'ghcr.io',
  thisComputer: false,
  insecure: false,
  health: 'reachable',
  account: null,
  error: null,
  askedMs: null,
  repositories: [
    repository('acme/sonoma', { 'sha256:a': ['14.4', 'latest'], 'sha256:b': ['14.3'] }),
    repository('acme/tahoe', null),
  ],
};

function keys(options: { filter?: string; open?: OpenRows; reading?: string[] } = {}): string[] {
  const { filter = '', open = {}, reading = [] } = options;
  return registryRows([REGISTRY], { filter, open, reading: new Set(reading) }).map(({ key }) => key);
}

describe('the rows of the registries', () => {
  it('are open where tags are known, and closed where nothing was read', () => {
    expect(keys()).toEqual([
      'ghcr.io',
      'ghcr.io/acme/sonoma',
      'ghcr.io/acme/sonoma@sha256:a',
      'ghcr.io/acme/sonoma@sha256:b',
      'ghcr.io/acme/tahoe',
    ]);
  });

  it('show that tags are read where an opened repository has none yet', () => {
    const open = { 'ghcr.io/acme/sonoma': false, 'ghcr.io/acme/tahoe': true };
    expect(keys({ open, reading: ['ghcr.io/acme/tahoe'] })).toEqual([
      'ghcr.io',
      'ghcr.io/acme/sonoma',
      'ghcr.io/acme/tahoe',
      'ghcr.io/acme/tahoe reading',
    ]);
  });

  it('are narrowed by a filter to what it finds, also in what is closed', () => {
    expect(keys({ filter: '14.3', open: { 'ghcr.io': false } })).toEqual([
      'ghcr.io',
      'ghcr.io/acme/sonoma',
      'ghcr.io/acme/sonoma@sha256:b',
    ]);
    expect(keys({ filter: 'nothing' })).toEqual([]);
  });

  it('stay few in the document and quick to make for ten thousand tags', () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, at) => [`sha256:${String(at)}`, [`1.${String(at)}`]]),
    );
    const registry = { ...REGISTRY, repositories: [repository('acme/many', many)] };
    const rows = registryRows([registry], { filter: '', open: { 'ghcr.io/acme/many': true }, reading: new Set() });
    expect(rows.length).toBe(10_002);
    // A repository of that size is closed until it is opened.
    expect(registryRows([registry], { filter: '', open: {}, reading: new Set() }).length).toBe(2);
  });
});

describe('the tokens of a digest', () => {
  it('are as many as fit, at least one, with room for what is left', () => {
    const forty = Array.from({ length: 40 }, (_, at) => `14.4.${String(at)}`);
    expect([tokensThatFit(['latest'], 10), tokensThatFit(['14.4', 'latest'], 160), tokensThatFit(forty, 200)]).toEqual([
      1, 2, 2,
    ]);
  });
});

describe('the host of a registry', () => {
  it.each([
    ['ghcr.io', 'ghcr.io', null],
    [' https://ghcr.io/ ', 'ghcr.io', null],
    ['registry.acme.internal:5000/platform/macos/sonoma:14.4', 'registry.acme.internal:5000', 'platform/macos/sonoma'],
  ])('is taken from %s', (text, host, repositoryName) => {
    expect(registryAndRepository(text)).toEqual({ host, repository: repositoryName });
  });
});

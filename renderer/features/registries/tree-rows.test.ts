import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../shared/models/registry.ts';
import { sampleRegistry, sampleRepository } from '../../../test/fixtures/window/sample-registry.ts';
import { findInTree } from '../../state/tree-selection.ts';
import { type OpenRows, registryRows, tokensThatFit } from './tree-rows.ts';
import { registryAndRepository } from './use-add-registry.ts';

const REGISTRY = sampleRegistry({
  repositories: [
    sampleRepository('acme/sonoma', { 'sha256:a': ['14.4', 'latest'], 'sha256:b': ['14.3'] }),
    sampleRepository('acme/tahoe'),
  ],
});

function keys(options: { filter?: string; open?: OpenRows; reading?: string[] } = {}): string[] {
  const { filter = '', open = {}, reading = [] } = options;
  return registryRows([REGISTRY], { filter, open, reading: new Set(reading), ownName: 'This computer' }).map(
    ({ key }) => key,
  );
}

describe('the rows of the registries', () => {
  it('leave out tags of signatures, which their names find', () => {
    const signature = `sha256-${'a'.repeat(64)}.sig`;
    const repositories = [sampleRepository('acme/signed', { 'sha256:a': ['1', signature], 'sha256:b': [signature] })];
    const names = (filter: string): string[] =>
      registryRows([{ ...REGISTRY, repositories }], {
        filter,
        open: {},
        reading: new Set(),
        ownName: 'This computer',
      }).flatMap((row) => (row.kind === 'group' ? [row.name] : []));
    expect([names(''), names('.sig')]).toEqual([['1'], ['1', signature]]);
  });

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
    const registry = { ...REGISTRY, repositories: [sampleRepository('acme/many', many)] };
    const rows = registryRows([registry], {
      filter: '',
      open: { 'ghcr.io/acme/many': true },
      reading: new Set(),
      ownName: 'This computer',
    });
    expect(rows.length).toBe(10_002);
    // A repository of that size is closed until it is opened.
    expect(
      registryRows([registry], { filter: '', open: {}, reading: new Set(), ownName: 'This computer' }).length,
    ).toBe(2);
  });
});

describe('the registry of this computer', () => {
  const OWN: Registry = {
    ...REGISTRY,
    host: '127.0.0.1:5080',
    thisComputer: true,
    repositories: [sampleRepository('try/sample', { 'sha256:a': ['first'] })],
  };
  const OFF: Registry = { ...OWN, health: 'offline', repositories: [] };
  const rowsOf = (registry: Registry, filter = '') =>
    registryRows([registry], { filter, open: {}, reading: new Set(), ownName: 'This computer' }).map(
      ({ key, name, open }) => ({ key, name, open }),
    );

  it('is one row under its name while it is off, and has its repositories while it is on', () => {
    expect(rowsOf(OFF)).toEqual([{ key: 'this computer', name: 'This computer', open: null }]);
    expect(rowsOf(OWN)).toEqual([
      { key: 'this computer', name: 'This computer', open: true },
      { key: '127.0.0.1:5080/try/sample', name: 'try/sample', open: true },
      { key: '127.0.0.1:5080/try/sample@sha256:a', name: 'first', open: null },
    ]);
  });

  it('is found by its name and by its address', () => {
    expect([rowsOf(OFF, 'this').length, rowsOf(OFF, '5080').length, rowsOf(OFF, 'ghcr').length]).toEqual([1, 1, 0]);
  });

  it('is selected in the place of what was below it, once it is off', () => {
    const find = (registry: Registry, key: string) => findInTree([registry], key)?.repository?.repository ?? null;
    expect([find(OWN, '127.0.0.1:5080/try/sample'), find(OFF, '127.0.0.1:5080/try/sample')]).toEqual([
      'try/sample',
      null,
    ]);
    expect(findInTree([OFF], '127.0.0.1:5080/try/sample')?.registry).toBe(OFF);
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

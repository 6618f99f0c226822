import { describe, expect, it } from 'vitest';
import { type Repository, repositorySchema } from '../../../shared/models/registry.ts';
import type { TagPattern } from '../../../shared/models/tag-edit.ts';
import { matchTags } from './match-tags.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** Images a day apart, the first the oldest; null = nobody says when. */
function repository(...images: readonly (readonly string[] | { readonly undated: readonly string[] })[]): Repository {
  const groups = images.map((image, day) => ({
    digest: `sha256:${String(day)}`,
    tags: 'undated' in image ? [...image.undated] : [...image],
    size: null,
    uploadTime: 'undated' in image ? null : new Date(START + day * DAY).toISOString(),
  }));
  return repositorySchema.parse({ repository: 'acme/runner', readMs: 1, tagCount: 9, groups });
}

const PATTERN: TagPattern = { name: null, keepNewest: null, olderThanMs: null, keepShared: false };
const glob = (text: string): TagPattern['name'] => ({ kind: 'glob', text });

function picked(from: Repository, pattern: Partial<TagPattern>): { readonly goes: string[]; readonly stays: string[] } {
  const { changes, kept } = matchTags(from, { ...PATTERN, ...pattern });
  return {
    goes: changes.map(({ tag, expected }) => `${tag} at ${String(expected?.slice(7))}`),
    stays: kept.map(({ tag, why }) => `${tag} ${why}`).sort(),
  };
}

describe('a pattern of tags', () => {
  it('keeps the newest images of the names that fit, whatever other names there are', () => {
    const nightly = repository(['nightly-1'], ['nightly-2'], ['1.0'], ['nightly-3', 'latest'], ['2.0']);

    expect(picked(nightly, { name: glob('nightly-*'), keepNewest: 1 })).toEqual({
      goes: ['nightly-1 at 0', 'nightly-2 at 1'],
      stays: ['nightly-3 newest'],
    });
  });

  it('picks what is older than a moment, and together with a number both have to say so', () => {
    const images = repository(['a'], ['b'], ['c'], ['d']);

    expect([
      picked(images, { olderThanMs: START + 2 * DAY }).goes,
      picked(images, { olderThanMs: START + 3 * DAY, keepNewest: 2 }).goes,
    ]).toEqual([
      ['a at 0', 'b at 1'],
      ['a at 0', 'b at 1'],
    ]);
  });

  it('leaves an image alone whose age decides and is not known', () => {
    const images = repository(['a'], { undated: ['b'] });

    expect([picked(images, { keepNewest: 0 }), picked(images, { name: glob('b') }).goes]).toEqual([
      { goes: ['a at 0'], stays: ['b unknownAge'] },
      ['b at 1'],
    ]);
  });

  it('leaves an image alone that has another tag, where that is asked', () => {
    const images = repository(['nightly-1', '1.0'], ['nightly-2']);

    expect(picked(images, { name: glob('nightly-*'), keepShared: true })).toEqual({
      goes: ['nightly-2 at 1'],
      stays: ['nightly-1 shared'],
    });
  });

  it('never picks what belongs to another image', () => {
    const signature = `sha256-${'a'.repeat(64)}.sig`;

    expect(picked(repository(['a'], [signature]), { name: glob('*') })).toEqual({
      goes: ['a at 0'],
      stays: [`${signature} belongs`],
    });
  });

  it.each([
    ['1.?', ['1.0']],
    ['[12].0', ['1.0', '2.0']],
    ['[!1].0', ['2.0']],
    ['1+0', []],
    ['v(1)|.*', []],
    ['*', ['1.0', '10', '2.0']],
  ])('reads %s as a name with gaps', (text, tags) => {
    const { changes } = matchTags(repository(['1.0', '2.0', '10']), { ...PATTERN, name: glob(text) });

    expect(changes.map(({ tag }) => tag).sort()).toEqual(tags);
  });

  it('fits an expression anywhere in a name', () => {
    expect(picked(repository(['1.0'], ['v1.0']), { name: { kind: 'expression', text: '^v\\d' } }).goes).toEqual([
      'v1.0 at 1',
    ]);
  });

  it.each([
    ['is none', '(', 'pattern'],
    ['never ends', '^(a+)+$', 'slowPattern'],
  ])('says so where an expression %s', (_name, text, problem) => {
    const images = repository([`${'a'.repeat(100)}b`]);

    expect(() => matchTags(images, { ...PATTERN, name: { kind: 'expression', text } })).toThrow(
      expect.objectContaining({ code: 'input.invalid', params: expect.objectContaining({ problem }) }),
    );
  });
});

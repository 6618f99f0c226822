import { beforeEach, describe, expect, it } from 'vitest';
import {
  clearTagSelection,
  selectedTags,
  selectTags,
  selectTagsUpTo,
  tagSelectionStore,
  toggleTags,
} from './tag-selection.ts';

const HERE = 'ghcr.io/acme/sonoma';
const ORDER = ['a', 'b', 'c', 'd'];
const chosen = (): string[] => [...tagSelectionStore.getState().tags].sort();

describe('the selection of tags', () => {
  beforeEach(clearTagSelection);

  it('is one tag, then more, then a range from where the last choice was made', () => {
    selectTags(HERE, ['c']);
    toggleTags(HERE, ['a']);
    expect(chosen()).toEqual(['a', 'c']);
    toggleTags(HERE, ['a', 'c']);
    expect(chosen()).toEqual([]);
    selectTags(HERE, ['b']);
    selectTagsUpTo(HERE, ['d'], ORDER);
    expect(chosen()).toEqual(['b', 'c', 'd']);
    selectTagsUpTo(HERE, ['a'], ORDER);
    expect(chosen()).toEqual(['a', 'b']);
  });

  it('is always of one repository', () => {
    selectTags(HERE, ['a', 'b']);
    toggleTags('ghcr.io/acme/other', ['x']);
    expect(tagSelectionStore.getState()).toEqual({
      place: 'ghcr.io/acme/other',
      tags: new Set(['x']),
      anchor: 'x',
    });
  });

  it('names the digests that its tags have now, and leaves out a tag that is gone', () => {
    selectTags(HERE, ['a', 'gone']);
    const groups = [
      {
        digest: 'sha256:1',
        tags: ['a', 'b'],
        size: 1,
        uploadTime: null,
        kind: null,
        mediaType: null,
        onlyHere: null,
        thread: null,
      },
    ];
    const repository = {
      repository: 'acme/sonoma',
      readMs: 1,
      tagCount: 2,
      groups,
      storedSize: null,
      invalidTags: [],
      incomplete: false,
      pinned: false,
    };
    expect(selectedTags(tagSelectionStore.getState(), repository)).toEqual([{ tag: 'a', digest: 'sha256:1' }]);
  });
});

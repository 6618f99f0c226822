import { describe, expect, it } from 'vitest';
import { newestTags } from './newest-tags.ts';

const list = (...tags: string[]) => ({ tags, invalid: [], complete: true });

describe('the newest tags of a repository', () => {
  it('are those that follow it, then versions and dates from the greatest down, then other names', () => {
    const tags = ['14.9', 'sequoia', '14.10', 'latest', 'v15.1', '2025-11-03', '14.10-beta', 'alpha', 'main'];

    expect(newestTags(list(...tags), 8)).toEqual([
      'main',
      'latest',
      'v15.1',
      '2025-11-03',
      '14.10-beta',
      '14.10',
      '14.9',
      'sequoia',
    ]);
  });

  it('are those that were pushed last where the list says when', () => {
    const told = {
      ...list('latest', '1.0', 'old'),
      digests: new Map([
        ['latest', 'a'],
        ['1.0', 'b'],
        ['old', 'c'],
      ]),
      pushedMs: new Map([
        ['a', 1],
        ['b', 3],
        ['c', 2],
      ]),
    };

    expect(newestTags(told, 2)).toEqual(['1.0', 'old']);
  });
});

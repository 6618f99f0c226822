import { describe, expect, it } from 'vitest';
import type { Repository, TagGroup } from '../../../shared/models/registry.ts';
import { escapedName, referrerTags, type TagOrder, tagRows } from './tag-rows.ts';

const digest = (fill: string): string => `sha256:${fill.repeat(64)}`;

function group(fill: string, tags: string[], uploadTime: string | null): TagGroup {
  return {
    digest: digest(fill),
    tags,
    size: 1,
    uploadTime,
    kind: 'tart',
    mediaType: null,
    onlyHere: null,
    thread: null,
  };
}

const REPOSITORY: Repository = {
  repository: 'acme/sonoma',
  readMs: 1,
  tagCount: 6,
  groups: [
    group('a', ['latest', '14.10', '2026-11-20'], '2026-11-20T10:00:00Z'),
    group('b', ['14.9', `sha256-${'a'.repeat(64)}`], '2026-10-30T10:00:00Z'),
    group('c', [`sha256-${'a'.repeat(64)}.sig`], null),
  ],
  storedSize: null,
  invalidTags: [],
  incomplete: false,
  pinned: false,
};

function drawn(order: TagOrder, filter = '', referrers = false): string[] {
  return tagRows(REPOSITORY, { order, filter, referrers }).map(({ tags }) => tags.join(' '));
}

describe('the tags of a repository', () => {
  it('stand by digest, by name with numbers as numbers, or by age', () => {
    expect([drawn('digest'), drawn('name'), drawn('newest')]).toEqual([
      ['14.10 latest 2026-11-20', '14.9'],
      ['14.9', '14.10', '2026-11-20', 'latest'],
      ['14.10', '2026-11-20', 'latest', '14.9'],
    ]);
  });

  it('show tags of signatures only when they are asked for', () => {
    expect([referrerTags(REPOSITORY), drawn('digest', '', true).length, drawn('name', '', true).length]).toEqual([
      2, 3, 6,
    ]);
  });

  it('are found by part of a tag or of a digest; a row by digest keeps its other tags', () => {
    expect([drawn('digest', 'LATE'), drawn('name', 'late'), drawn('name', 'bbb'), drawn('newest', 'nobody')]).toEqual([
      ['14.10 latest 2026-11-20'],
      ['latest'],
      ['14.9'],
      [],
    ]);
  });
});

it('a name that cannot be a tag is spelled out where it would disturb the text around it', () => {
  expect([escapedName('../etc'), escapedName('a\u202Eb\u0000'), escapedName('x'.repeat(300)).length]).toEqual([
    '../etc',
    'a\\u{202e}b\\u{0}',
    201,
  ]);
});

import { describe, expect, it } from 'vitest';
import { nextLink } from './next-link.ts';

const ORIGIN = 'https://registry.example:5000';
const BASE = `${ORIGIN}/v2/a/tags/list?n=2`;
const next = (header: string | undefined): string | null => {
  const link = nextLink(header, BASE, ORIGIN);
  return link === null ? null : link.kind === 'here' ? link.to : 'elsewhere';
};

describe('the next page of a list', () => {
  it.each([
    ['</v2/a/tags/list?last=x&n=2>; rel="next"', `${ORIGIN}/v2/a/tags/list?last=x&n=2`],
    [`<${ORIGIN}/v2/a/tags/list?next_page=o,p>; rel=next`, `${ORIGIN}/v2/a/tags/list?next_page=o,p`],
    ['</first>; rel="first", </second>; title="a, b"; REL="prev next"', `${ORIGIN}/second`],
    // A proxy that does not say that it was asked by https.
    ['<http://registry.example/v2/a/tags/list?last=x>; rel="next"', `${ORIGIN}/v2/a/tags/list?last=x`],
    ['<https://registry.example:8081/v2/a/tags/list?last=x>; rel="next"', 'elsewhere'],
    ['<//evil.example/v2/>; rel="next"', 'elsewhere'],
    ['<https://[>; rel="next"', 'elsewhere'],
    ['</v2/a>; rel="prev"', null],
    ['', null],
    [undefined, null],
  ])('of %s is %s', (header, to) => {
    expect(next(header)).toBe(to);
  });
});

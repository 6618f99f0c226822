import { describe, expect, it } from 'vitest';
import { search } from './palette-search.ts';

const things = [
  { label: 'old-latest', more: 'ghcr.io/acme/app' },
  { label: 'latest', more: 'ghcr.io/acme/app' },
  { label: 'stable', more: 'ghcr.io/acme/latest' },
  { label: 'collatest', more: 'ghcr.io/acme/app' },
  { label: '14.4', more: 'harbor.internal/app' },
];
const found = (text: string, most = 10) => {
  const { items, rest } = search(things, text, most);
  return [...items.map(({ label }) => label), rest];
};

describe('the palette finds', () => {
  it('what begins so first, then words, then parts, then what stands behind', () => {
    expect(found('latest')).toEqual(['latest', 'old-latest', 'collatest', 'stable', 0]);
  });
  it('what has all words, wherever they stand', () => {
    expect(found('app ghcr 1')).toEqual([0]);
    expect(found('14 HARBOR')).toEqual(['14.4', 0]);
  });
  it('no more than asked for, and says how many there are besides', () => {
    expect(found('latest', 2)).toEqual(['latest', 'old-latest', 2]);
  });
  it('everything in its order where nothing is typed', () => {
    expect(found('  ')).toEqual(['old-latest', 'latest', 'stable', 'collatest', '14.4', 0]);
  });
});

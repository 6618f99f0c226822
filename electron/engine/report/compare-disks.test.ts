import { describe, expect, it } from 'vitest';
import { compareRows, placeTotals } from '../../../shared/models/differences.ts';
import { type ComparedDisk, compareDisks, type DiskChunk } from './compare-disks.ts';
import { pushEstimate } from './push-estimate.ts';

/** Bytes of a chunk: one of two letters, `.` zeros, `?` not read, `~` read but never encoded (its name follows). */
function disk(drawing: string, nvram: string | null = 'nvram'): ComparedDisk {
  let rawOffset = 0;
  const chunks = [...drawing.matchAll(/~?[a-z]|[.?]/g)].map(([word]): DiskChunk => {
    const start = rawOffset;
    rawOffset += 1000;
    const letter = word.replace('~', '');
    const place = { rawOffset: start, rawSize: 1000 };
    if (letter === '?') return { ...place, rawDigest: null, digest: null, size: null, estimatedSize: 600, zero: false };
    if (letter === '.')
      return { ...place, rawDigest: 'zeros', digest: 'packed zeros', size: 6, estimatedSize: null, zero: true };
    const size = 100 + (letter.charCodeAt(0) - 97);
    const encoded = !word.startsWith('~');
    return {
      ...place,
      rawDigest: letter,
      digest: encoded ? `packed ${letter}` : null,
      size: encoded ? size : null,
      estimatedSize: encoded ? null : 600,
      zero: false,
    };
  });
  return { chunks, nvram: nvram === null ? null : { digest: nvram, size: 7 } };
}

const LETTERS = { common: '=', moved: '>', only: 'x', zero: '.', unknown: '?' } as const;

/** The states of both sides, a space where a side has ended. */
function drawn(a: string, b: string): { a: string; b: string; at: (number | null)[] } {
  const { chunks } = compareDisks(disk(a), disk(b));
  const side = (name: 'a' | 'b'): string =>
    chunks.map((chunk) => (chunk[name] === null ? ' ' : LETTERS[chunk[name].state])).join('');
  return { a: side('a'), b: side('b'), at: chunks.map((chunk) => chunk.a?.at ?? chunk.b?.at ?? null) };
}

describe('two disks', () => {
  it.each([
    ['the same', 'ab.c', 'ab.c', '==.=', '==.='],
    ['one chunk changed', 'abc', 'abd', '==x', '==x'],
    ['zeros became bytes', 'a.', 'ab', '=.', '=x'],
    ['chunks that moved', 'abcd', 'acbd', '=>>=', '=>>='],
    ['a chunk that is there once more', 'ab', 'aba', '== ', '==>'],
    ['one is longer', 'abc', 'a', '=xx', '=  '],
    ['what was not read', 'a?c', 'abd', '=?x', '=?x'],
    ['not read against zeros', 'a?', 'a.', '=?', '=.'],
    ['the same bytes elsewhere, though the counterpart was not read', '?b', 'bc', '?>', '>x'],
    ['bytes that were never encoded', '~a~b', '~a~c', '=x', '=x'],
  ])('%s', (_, a, b, drawnA, drawnB) => {
    const { a: ofA, b: ofB } = drawn(a, b);
    expect({ a: ofA, b: ofB }).toEqual({ a: drawnA, b: drawnB });
  });

  it('say where the bytes moved to', () => {
    expect(drawn('abcd', 'acbd').at).toEqual([null, 2, 1, null]);
  });

  it('are added up, each layer once', () => {
    const { totals, nvram } = compareDisks(disk('aab.cf'), disk('aad.gcx'));
    expect({ totals, nvram }).toEqual({
      totals: {
        // Twice a, the zeros, c at another place, and the NVRAM.
        common: { chunks: 4, bytes: 100 + 6 + 102 + 7, estimated: false },
        onlyA: { chunks: 2, bytes: 101 + 105, estimated: false },
        onlyB: { chunks: 3, bytes: 103 + 106 + 123, estimated: false },
        moved: { chunks: 1, bytes: 102, estimated: false },
        unknown: { chunks: 0, bytes: 0, estimated: false },
        zero: 1,
      },
      nvram: 'same',
    });
  });

  it('count a move on either side of a place in the sums, the legend and the table alike', () => {
    const { totals, chunks } = compareDisks(disk('aba'), disk('abb'));
    const places = chunks.map((chunk) => ({ ...chunk, alsoIn: null }));
    const legend = placeTotals(places).find(({ kind }) => kind === 'moved');
    const rows = compareRows(places).filter(({ kind }) => kind === 'moved');
    const moved = { chunks: 2, bytes: 201, estimated: false };
    expect({ totals: totals.moved, legend, rows: rows.map(({ place, at }) => [place, at]) }).toEqual({
      totals: moved,
      legend: { kind: 'moved', ...moved },
      rows: [
        [2, 0],
        [2, 1],
      ],
    });
  });

  it('add up to each side where all is known', () => {
    const { totals } = compareDisks(disk('abc..', 'one'), disk('ac.b', 'other'));
    expect(totals.common.bytes + totals.onlyA.bytes).toBe(100 + 101 + 102 + 6 + 7);
    expect(totals.common.bytes + totals.onlyB.bytes).toBe(100 + 102 + 101 + 6 + 7);
  });

  it('leave what is not known out of the sums, and mark estimates', () => {
    const { totals, nvram } = compareDisks(disk('a?~b', null), disk('ac'));
    expect({ totals, nvram }).toMatchObject({
      totals: {
        common: { chunks: 1, bytes: 100, estimated: false },
        onlyA: { chunks: 1, bytes: 600, estimated: true },
        onlyB: { chunks: 0, bytes: 0 },
        unknown: { chunks: 1, bytes: 1000 },
      },
      nvram: 'unknown',
    });
  });
});

describe('pushing one to the repository of the other', () => {
  it('sends what neither the repository nor the registry has, each layer once', () => {
    const target = {
      registry: 'one',
      repository: 'vm',
      present: new Set(['packed a', 'packed zeros']),
      elsewhere: new Set(['packed b', 'packed a']),
    };
    expect(pushEstimate(disk('aab.ccd~e?'), target)).toEqual({
      registry: 'one',
      repository: 'vm',
      sends: 102 + 103 + 600 + 7,
      mounts: 101,
      present: 100 + 6,
      estimated: true,
      unknown: 1,
    });
  });
});

// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { ComparedSide, Comparison } from '../../../../shared/models/comparison.ts';
import { compareDisks, type DiskChunk } from '../compare-disks.ts';
import { comparisonCsv } from './comparison-csv.ts';
import { comparisonHtml } from './comparison-html.ts';

const CHUNK = 512 * 1024 ** 2;

/** A disk, drawn: a letter is a chunk's content, `.` zeros. */
function drawn(letters: string): DiskChunk[] {
  return Array.from(letters).map((letter, at) => ({
    rawOffset: at * CHUNK,
    rawSize: CHUNK,
    rawDigest: `sha256:${letter.repeat(64)}`,
    digest: `sha256:${letter.repeat(64)}`,
    size: 1000,
    estimatedSize: null,
    zero: letter === '.',
  }));
}

const side = (title: string): ComparedSide => ({
  kind: 'vm',
  name: `vm:${title}`,
  title,
  registry: null,
  repository: null,
  digest: null,
  tags: [],
  cached: false,
  namesake: null,
  madeMs: null,
  state: 'stopped',
  uploadTime: null,
  diskSize: 6 * CHUNK,
  packed: 5000,
  estimated: false,
  unknown: 0,
});
const compared = compareDisks({ chunks: drawn('abcd.e'), nvram: null }, { chunks: drawn('abxd.cf'), nvram: null });
const COMPARISON: Comparison = {
  ...compared,
  a: side('=1+1'),
  b: side('<script>alert(1)</script>'),
  chunkSize: CHUNK,
  chunks: compared.chunks.map((chunk) => ({ ...chunk, alsoIn: null })),
  pushing: null,
};

describe('a comparison as CSV', () => {
  it('has sides, totals and every chunk, and marks as text what a spreadsheet would compute', () => {
    const [head = '', ...rows] = comparisonCsv(COMPARISON).trimEnd().split('\r\n');
    const kind = head.split(',').indexOf('kind');
    const chunks = rows.filter((row) => row.startsWith('chunk,')).map((row) => row.split(',')[kind]);
    expect({ first: rows[0]?.split(',').slice(0, 2), chunks }).toEqual({
      first: ['side a', "'=1+1"],
      chunks: ['common', 'common', 'moved', 'onlyB', 'common', 'zero', 'onlyA', 'onlyB'],
    });
  });
});

describe('a comparison as HTML', () => {
  const page = (language: 'en' | 'zh-CN'): Document =>
    new DOMParser().parseFromString(comparisonHtml(COMPARISON, 0, language), 'text/html');

  it('runs nothing, loads nothing, and draws each cell of both disks', () => {
    const document = page('en');
    const weave = document.querySelector('svg[role=img]');
    const count = (selector: string): number => weave?.querySelectorAll(selector).length ?? -1;
    expect({
      active: document.querySelectorAll('script, link, img, iframe, [src], [href], [onclick]').length,
      places: count('title'),
      woven: count('rect.woven'),
      hollow: count('rect.hollow'),
      moved: count('rect.moved'),
      differences: document.querySelectorAll('tbody tr').length,
    }).toEqual({ active: 0, places: 7, woven: 6, hollow: 3, moved: 2, differences: 4 });
  });

  it('says in the legend how many chunks are of each kind, and how large they are', () => {
    const legend = [...page('en').querySelectorAll('.legend > span')].map(({ textContent }) => textContent.trim());
    expect(legend).toEqual([
      'Common Chunks: 3 · 3 kB',
      'Only in A Chunks: 1 · 1 kB',
      'Only in B Chunks: 2 · 2 kB',
      'Same bytes, moved Chunks: 1 · 1 kB',
      'Zero chunk Chunks: 1 · 1 kB',
    ]);
  });

  it('says what a snapshot is of, and that a tag of a cached image names another one elsewhere', () => {
    const name = { kind: 'image', name: 'ghcr.io/acme/base:1' } as const;
    const namesake = { place: 'registry', tag: '1', digest: `sha256:${'e'.repeat(64)}`, name } as const;
    const [a, b] = [
      { ...side('base'), kind: 'snapshot', madeMs: Date.UTC(2026, 10, 20, 12) } as const,
      { ...side('ghcr.io/acme/base'), cached: true, namesake },
    ];
    const page = new DOMParser().parseFromString(comparisonHtml({ ...COMPARISON, a, b }, 0, 'en'), 'text/html');
    const told = [...page.querySelectorAll('p > small')].map(({ textContent }) => textContent);
    const [, first = '', second = ''] = comparisonCsv({ ...COMPARISON, a, b }).split('\r\n');
    expect({ told, first: first.split(',').slice(0, 3), second: second.includes('cached image') }).toEqual({
      told: [
        expect.stringMatching(/^snapshot of 20 Nov 2026, .+ · disk 3\.2 GB · packed 5 kB$/),
        expect.stringMatching(/^in Tart’s cache · .+ · the registry has another image under 1: sha256:e{64}$/),
      ],
      first: ['side a', 'base', ''],
      second: true,
    });
  });

  it('has all of its words in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const)
      expect(comparisonHtml(COMPARISON, 0, language)).not.toContain('{{');
  });
});

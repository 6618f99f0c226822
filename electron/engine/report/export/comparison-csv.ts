import type { ComparedCell, ComparedSide, ComparedTotal, Comparison } from '../../../../shared/models/comparison.ts';
import { compareRows } from '../../../../shared/models/differences.ts';
import { type CsvRow, csvText } from './csv-text.ts';

/** Columns of every table of the file; a table leaves those empty that it has not. Sizes in bytes. */
const COLUMNS = [
  'table',
  'name',
  'digest',
  'made',
  'disk',
  'packed',
  'chunks',
  'bytes',
  'estimated',
  'place',
  'offset',
  'kind',
  'other_place',
  'raw_size_a',
  'raw_digest_a',
  'digest_a',
  'size_a',
  'estimated_size_a',
  'raw_size_b',
  'raw_digest_b',
  'digest_b',
  'size_b',
  'estimated_size_b',
  'also_in',
] as const;

/** A comparison as one CSV file: a column `table` says what a row is: a side, a total, or a place of the disks. */
export function comparisonCsv({ a, b, totals, chunks }: Comparison): string {
  return csvText(COLUMNS, [
    side('a', a),
    side('b', b),
    total('common', totals.common),
    total('only in a', totals.onlyA),
    total('only in b', totals.onlyB),
    total('moved', totals.moved),
    total('unknown', totals.unknown),
    ...compareRows(chunks).map(
      (row): CsvRow => ({
        table: 'chunk',
        place: row.place,
        offset: row.chunk.offset,
        kind: row.kind,
        other_place: row.at,
        ...cell('a', row.a),
        ...cell('b', row.b),
        also_in: row.chunk.alsoIn?.count ?? null,
      }),
    ),
  ]);
}

function side(letter: 'a' | 'b', compared: ComparedSide): CsvRow {
  const { kind, title, tags, cached, madeMs, digest, diskSize, packed, estimated } = compared;
  return {
    table: `side ${letter}`,
    name: [title, ...tags].join(' '),
    kind: cached ? 'cached image' : kind,
    digest,
    made: madeMs === null ? null : new Date(madeMs).toISOString(),
    disk: diskSize,
    packed,
    estimated: estimated ? 1 : 0,
  };
}

function total(name: string, { chunks, bytes, estimated }: ComparedTotal): CsvRow {
  return { table: 'total', name, chunks, bytes, estimated: estimated ? 1 : 0 };
}

function cell(letter: 'a' | 'b', found: ComparedCell | null): CsvRow {
  if (found === null) return {};
  return {
    [`raw_size_${letter}`]: found.rawSize,
    [`raw_digest_${letter}`]: found.rawDigest,
    [`digest_${letter}`]: found.digest,
    [`size_${letter}`]: found.size,
    [`estimated_size_${letter}`]: found.estimatedSize,
  };
}

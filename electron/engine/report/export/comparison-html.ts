import { formatBytes } from '../../../../shared/format/bytes.ts';
import {
  cellDigest,
  cellSize,
  placeRange,
  referenceOf,
  sideName,
  totalBytes,
} from '../../../../shared/format/compared.ts';
import { chunkLength, offsetUnit } from '../../../../shared/format/disk-offset.ts';
import type { ComparedSide, ComparedTotal, Comparison } from '../../../../shared/models/comparison.ts';
import { type CompareRow, compareRows, isDifference, placeTotals } from '../../../../shared/models/differences.ts';
import type { ReportRequest } from '../../../../shared/models/report.ts';
import { comparisonSwatch, comparisonWeave } from './comparison-weave.ts';
import { htmlPage } from './html-page.ts';
import { escaped, htmlTable } from './markup.ts';
import { type Say, wordsOf } from './report-words.ts';

/** A comparison as one HTML file that needs nothing beside it: figures, both weaves, and the differences as a table. */
export function comparisonHtml(comparison: Comparison, madeMs: number, language: ReportRequest['language']): string {
  const say = wordsOf(language);
  const locale = language === 'en' ? 'en-GB' : language;
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const { a, b, chunks, chunkSize } = comparison;
  const differences = compareRows(chunks).filter(isDifference);
  const note = say('weaveNote', { count: chunks.length, size: chunkLength(chunkSize) });
  return htmlPage(language, say('comparison'), [
    `<h1>${escaped(say('comparison'))}</h1>`,
    `<p class="quiet">${escaped(say('madeAt', { time: moment.format(madeMs) }))}</p>`,
    `<p><b>A</b> ${side(a, say, moment)}<br><b>B</b> ${side(b, say, moment)}</p>`,
    figures(comparison, say),
    `<section>\n<h2>${escaped(say('weave'))}</h2>\n<p class="quiet">${escaped(note)}</p>`,
    comparisonWeave(comparison, say),
    `${legend(comparison, say)}\n</section>`,
    `<section>\n<h2>${escaped(say('differences'))}</h2>`,
    differences.length === 0 ? `<p>${escaped(say('noDifference'))}</p>` : table(differences, chunkSize, say),
    '</section>',
  ]);
}

function side(compared: ComparedSide, say: Say, moment: Intl.DateTimeFormat): string {
  const { cached, madeMs, namesake, digest, diskSize, packed, estimated } = compared;
  const facts = [
    ...(cached ? [say('inCache')] : []),
    ...(madeMs === null ? [] : [say('snapshotOf', { time: moment.format(madeMs) })]),
    ...(digest === null ? [] : [digest]),
    say('diskOf', { bytes: formatBytes(diskSize) }),
    say('packedOf', { bytes: totalBytes({ bytes: packed, estimated }) }),
    ...(namesake === null
      ? []
      : [
          say(namesake.place === 'cache' ? 'otherInCache' : 'otherInRegistry', {
            tag: namesake.tag,
            digest: namesake.digest,
          }),
        ]),
  ];
  return `${escaped(sideName(compared))}<small>${escaped(facts.join(' · '))}</small>`;
}

function figures({ totals, nvram }: Comparison, say: Say): string {
  const chunks = ({ chunks: count }: ComparedTotal): string => say('chunks', { count });
  const shown: [string, ComparedTotal, string][] = [
    [
      say('common'),
      totals.common,
      nvram === 'same' ? say('andNvram', { chunks: chunks(totals.common) }) : chunks(totals.common),
    ],
    [say('onlyA'), totals.onlyA, chunks(totals.onlyA)],
    [say('onlyB'), totals.onlyB, chunks(totals.onlyB)],
    [say('moved'), totals.moved, chunks(totals.moved)],
  ];
  if (totals.unknown.chunks > 0) shown.push([say('unknown'), totals.unknown, chunks(totals.unknown)]);
  const drawn = shown.map(
    ([name, total, note]) =>
      `<div><dt>${escaped(name)}</dt><dd>${escaped(totalBytes(total))}<small>${escaped(note)}</small></dd></div>`,
  );
  return `<dl>${drawn.join('')}</dl>`;
}

function legend({ chunks }: Comparison, say: Say): string {
  const entries = placeTotals(chunks).map(({ kind, ...total }) => {
    const value = `${say('chunks', { count: total.chunks })} · ${totalBytes(total)}`;
    return `<span>${comparisonSwatch(kind)} <b>${escaped(say(kind))}</b> ${escaped(value)}</span>`;
  });
  return `<p class="legend">${entries.join(' ')}</p>`;
}

function table(rows: readonly CompareRow[], chunkSize: number, say: Say): string {
  const word = ({ kind, at, chunk }: CompareRow): string => {
    if (kind !== 'moved' || at === null) return say(kind);
    return say(chunk.a?.state === 'moved' ? 'movedTo' : 'movedFrom', { place: at });
  };
  return htmlTable<CompareRow>(
    [
      { title: '#', figure: true, cell: ({ place }) => String(place) },
      { title: say('range', { unit: offsetUnit(chunkSize).name }), cell: (row) => placeRange(row, chunkSize) },
      { title: say('kind'), cell: word },
      { title: say('digestA'), cell: ({ a }) => cellDigest(a) },
      { title: say('size'), figure: true, cell: ({ a }) => cellSize(a) },
      { title: say('digestB'), cell: ({ b }) => cellDigest(b) },
      { title: say('size'), figure: true, cell: ({ b }) => cellSize(b) },
      {
        title: say('alsoIn'),
        cell: ({ chunk: { alsoIn } }) => {
          if (alsoIn === null) return '';
          const more = alsoIn.count - alsoIn.images.length;
          return [...alsoIn.images.map(referenceOf), ...(more > 0 ? [`+${String(more)}`] : [])].join(', ');
        },
      },
    ],
    rows,
  );
}

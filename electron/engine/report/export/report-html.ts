import { formatBytes } from '../../../../shared/format/bytes.ts';
import { formatDuration } from '../../../../shared/format/duration.ts';
import type { ReportDocument, ReportRequest } from '../../../../shared/models/report.ts';
import type { SavingsBucket, SavingsFilter, SavingsRow } from '../../../../shared/models/savings.ts';
import type { ImageSharing, RegistryImages } from '../../../../shared/models/sharing.ts';
import { overTimeChart, PARTS, sharingChart, shortName } from './html-charts.ts';
import { htmlPage } from './html-page.ts';
import { contentsTreemap } from './html-treemap.ts';
import { imageName } from './image-name.ts';
import { escaped, type HtmlColumn, htmlTable } from './markup.ts';
import { type Say, wordsOf } from './report-words.ts';

const TITLES = { day: 'overTimeDay', week: 'overTimeWeek', month: 'overTimeMonth' } as const;

/** A report as one HTML file that needs nothing beside it: no script, no font, no request; light and dark as the reader has it. */
export function reportHtml(document: ReportDocument, language: ReportRequest['language']): string {
  const say = wordsOf(language);
  const { savings, images, sharing, madeMs } = document;
  // The day before the month, as in the window.
  const locale = language === 'en' ? 'en-GB' : language;
  const dateOf = (ms: number): string => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(ms);
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(madeMs);
  const { registry } = savings.filter;
  const parts = [
    `<h1>${escaped(say('title'))}</h1>`,
    `<p class="quiet">${escaped(`${period(savings.filter, say, dateOf)} · ${registry ?? say('allRegistries')} · ${say('madeAt', { time })}`)}</p>`,
    headline(document, say, language),
    savings.overTime.length === 0 ? `<p>${escaped(say('nothing'))}</p>` : '',
    ...section(say(TITLES[savings.filter.bucket]), savings.overTime, (rows) =>
      [legend(say), overTimeChart(rows, say, dateOf), timeTable(rows, say, dateOf)].join('\n'),
    ),
    ...(['byRegistry', 'byRepository', 'byVm', 'byImage'] as const).flatMap((table) =>
      section(say(table), savings[table], (rows) => savedTable(rows, say, language)),
    ),
    ...section(
      say('whatFills'),
      images.registries,
      () => `${contentsTreemap(images, say)}\n${contentsTable(images, say)}`,
    ),
    ...section(say('whichShare'), sharing.pairs, () => `${sharingChart(sharing, say)}\n${pairTable(sharing, say)}`),
  ];
  return htmlPage(language, say('title'), parts);
}

/** A part with its head; none where there is nothing to tell. */
function section<Row>(title: string, rows: readonly Row[], draw: (rows: readonly Row[]) => string): string[] {
  return rows.length === 0 ? [] : [`<section>\n<h2>${escaped(title)}</h2>\n${draw(rows)}\n</section>`];
}

function period({ sinceMs, untilMs }: SavingsFilter, say: Say, dateOf: (ms: number) => string): string {
  // The end itself is not part of it.
  const [from, to] = [sinceMs === null ? null : dateOf(sinceMs), untilMs === null ? null : dateOf(untilMs - 1)];
  if (from !== null && to !== null) return say('between', { from, to });
  if (from !== null) return say('since', { from });
  return to === null ? say('allTime') : say('until', { to });
}

/** Both figures of what was saved, and the formula of each. */
function headline({ savings: { totals } }: ReportDocument, say: Say, language: ReportRequest['language']): string {
  const tart = totals.counterfactual;
  const figures: [string, string, string][] = [
    [say('notRead'), bytes(totals.notRead), say('ofBytes', { part: bytes(totals.notRead), whole: bytes(tart.read) })],
    [
      say('notEncoded'),
      bytes(totals.notEncoded),
      say('ofBytes', { part: bytes(totals.notEncoded), whole: bytes(tart.encoded) }),
    ],
    [
      say('notSent'),
      bytes(totals.notSentByTart),
      say('ofBytes', { part: bytes(totals.notSentByTart), whole: bytes(tart.sent) }),
    ],
    [say('timeNotSpent'), seconds(totals.savedSeconds, say, language), say('atRates')],
  ];
  const plain: [string, string, string][] = [
    [
      say('notSent'),
      bytes(totals.notSent),
      say('ofBytes', { part: percent(totals.notSent, totals.pushed), whole: bytes(totals.pushed) }),
    ],
    [say('sent'), bytes(totals.sent), say('inJobs', { pushes: totals.pushes, copies: totals.copies })],
    [say('notStored'), bytes(totals.notStored), ''],
  ];
  if (totals.requests !== null) {
    const sum = Object.values(totals.requests).reduce((all, count) => all + count, 0);
    plain.push([say('requests'), String(sum), say('requestCounts', totals.requests)]);
  }
  const draw = (row: readonly [string, string, string][]): string =>
    `<dl>${row.map(([name, value, note]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}<small>${escaped(note)}</small></dd></div>`).join('')}</dl>`;
  const formulaTart = say('formulaTart', {
    read: bytes(tart.read),
    encoded: bytes(tart.encoded),
    sent: bytes(tart.sent),
    ownRead: bytes(totals.read),
    ownEncoded: bytes(totals.encoded),
    ownSent: bytes(totals.sent),
  });
  const formulaNotSent = say('formulaNotSent', {
    notSent: bytes(totals.notSent),
    present: bytes(totals.present),
    mounted: bytes(totals.mounted),
    duplicate: bytes(totals.duplicate),
    pushed: bytes(totals.pushed),
  });
  return `<h2>${escaped(say('savedAgainstTart'))}</h2>
${draw(figures)}
<p class="formula">${escaped(formulaTart)}</p>
<h2>${escaped(say('notSent'))}</h2>
${draw(plain)}
<p class="formula">${escaped(formulaNotSent)}</p>`;
}

function legend(say: Say): string {
  const entries = PARTS.map(
    (part) =>
      `<span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" fill="url(#${part})"/></svg> ${escaped(say(part))}</span>`,
  );
  return `<p class="legend">${entries.join(' ')}</p>`;
}

function timeTable(rows: readonly SavingsBucket[], say: Say, dateOf: (ms: number) => string): string {
  return htmlTable<SavingsBucket>(
    [
      { title: say('start'), cell: ({ startMs }) => dateOf(startMs) },
      { title: say('jobs'), figure: true, cell: ({ jobs }) => String(jobs) },
      ...PARTS.map(
        (part): HtmlColumn<SavingsBucket> => ({ title: say(part), figure: true, cell: (row) => bytes(row[part]) }),
      ),
    ],
    rows,
  );
}

function savedTable(rows: readonly SavingsRow[], say: Say, language: ReportRequest['language']): string {
  return htmlTable<SavingsRow>(
    [
      {
        title: say('name'),
        cell: ({ name, registry }) => (registry === null || registry === name ? name : `${registry}/${name}`),
      },
      { title: say('jobs'), figure: true, cell: ({ jobs }) => String(jobs) },
      { title: say('pushed'), figure: true, cell: ({ pushed }) => bytes(pushed) },
      { title: say('sent'), figure: true, cell: ({ sent }) => bytes(sent) },
      { title: say('notSent'), figure: true, cell: ({ notSent }) => bytes(notSent) },
      { title: say('notRead'), figure: true, cell: ({ notRead }) => bytes(notRead) },
      {
        title: say('timeNotSpent'),
        figure: true,
        cell: ({ savedSeconds }) => (savedSeconds === null ? '' : seconds(savedSeconds, say, language)),
      },
    ],
    rows,
  );
}

function contentsTable({ registries }: RegistryImages, say: Say): string {
  interface Line {
    readonly name: string;
    /** Null of an image itself. */
    readonly images: number | null;
    readonly counted: number;
    /** Of an image alone; null where it was not counted. */
    readonly unique: number | null;
    readonly stored: number | null;
  }
  const lines = registries.flatMap(({ host, images, counted, stored, repositories }): Line[] => [
    { name: host, images, counted, unique: null, stored },
    ...repositories.flatMap(({ repository, images: own, ...sums }): Line[] => [
      { name: `${host}/${repository}`, images: own.length, counted: sums.counted, unique: null, stored: sums.stored },
      ...own.map(({ digest, tags, packed, unique }) => ({
        name: imageName({ registry: host, repository, digest, tags }),
        images: null,
        counted: packed,
        unique,
        stored: null,
      })),
    ]),
  ]);
  const known = (value: number | null): string => (value === null ? '' : bytes(value));
  return `${htmlTable<Line>(
    [
      { title: say('name'), cell: ({ name }) => name },
      { title: say('images'), figure: true, cell: ({ images }) => (images === null ? '' : String(images)) },
      { title: say('counted'), figure: true, cell: ({ counted }) => bytes(counted) },
      { title: say('unique'), figure: true, cell: ({ unique }) => known(unique) },
      { title: say('stored'), figure: true, cell: ({ stored }) => known(stored) },
      {
        title: say('savedBySharing'),
        figure: true,
        cell: ({ counted, stored }) => known(stored === null ? null : counted - stored),
      },
    ],
    lines,
  )}\n<p class="quiet">${escaped(say('repositoriesShare'))}</p>`;
}

function pairTable({ images, pairs }: ImageSharing, say: Say): string {
  const nameOf = (at: number): string => {
    const image = images[at];
    return image === undefined ? '' : `${image.registry}/${shortName(image)}`;
  };
  return htmlTable<ImageSharing['pairs'][number]>(
    [
      { title: say('image'), cell: ({ a }) => nameOf(a) },
      { title: say('otherImage'), cell: ({ b }) => nameOf(b) },
      { title: say('sharedBytes'), figure: true, cell: (pair) => bytes(pair.bytes) },
      { title: say('sharedLayers'), figure: true, cell: ({ layers }) => String(layers) },
    ],
    pairs,
  );
}

/** More may have been read than Tart reads: then less than nothing was saved. */
function bytes(value: number): string {
  return value < 0 ? `−${formatBytes(-value)}` : formatBytes(value);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((part / whole) * 100).toFixed(0)} %`;
}

function seconds(value: number | null, say: Say, language: ReportRequest['language']): string {
  if (value === null) return say('notMeasured');
  return value < 0 ? `~ −${formatDuration(-value, language)}` : `~ ${formatDuration(value, language)}`;
}

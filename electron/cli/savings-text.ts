import { formatBytes } from '../../shared/format/bytes.ts';
import { formatDuration } from '../../shared/format/duration.ts';
import type { Savings, SavingsRow } from '../../shared/models/savings.ts';
import { counted } from './counted.ts';
import { table } from './table.ts';

/** Rows that a terminal shows of a table; the files have all. */
const SHOWN = 20;

/** A report as text: both figures with their formulas, then the tables. */
export function savingsText({ totals, byRegistry, byRepository, byVm, byImage }: Savings): string {
  if (totals.jobs === 0) return 'Nothing was pushed or copied in this time.';
  const tart = totals.counterfactual;
  const { requests } = totals;
  const facts: [string, string][] = [
    ['Saved against tart push', `${seconds(totals.savedSeconds)} at this machine's measured rates`],
    ['  not read', `${bytes(totals.notRead)} of ${bytes(tart.read)}`],
    ['  not encoded', `${bytes(totals.notEncoded)} of ${bytes(tart.encoded)}`],
    ['  not sent', `${bytes(totals.notSentByTart)} of ${bytes(tart.sent)}`],
    ['Not sent', `${bytes(totals.notSent)} of ${bytes(totals.pushed)} (${percent(totals.notSent, totals.pushed)})`],
    ['  present', bytes(totals.present)],
    ['  mounted', bytes(totals.mounted)],
    ['  duplicate', bytes(totals.duplicate)],
    ['Not stored again', bytes(totals.notStored)],
    [
      'Sent',
      `${bytes(totals.sent)} in ${counted(totals.pushes, 'push', 'pushes')} and ${counted(totals.copies, 'copy', 'copies')}`,
    ],
  ];
  if (requests !== null) {
    const { head, mount, upload, manifest } = requests;
    facts.push(['Requests', `HEAD ${head}, mount ${mount}, upload ${upload}, manifest ${manifest}`]);
  }
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'),
    rows('Registry', byRegistry),
    rows('Repository', byRepository),
    rows('VM', byVm),
    rows('Image', byImage),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function rows(title: string, all: readonly SavingsRow[]): string {
  if (all.length === 0) return '';
  const drawn = table<SavingsRow>(
    [
      { title, align: 'left', cell: nameOf },
      { title: 'Jobs', align: 'right', cell: ({ jobs }) => String(jobs) },
      { title: 'Pushed', align: 'right', cell: ({ pushed }) => bytes(pushed) },
      { title: 'Sent', align: 'right', cell: ({ sent }) => bytes(sent) },
      { title: 'Not sent', align: 'right', cell: ({ notSent }) => bytes(notSent) },
      { title: 'Not read', align: 'right', cell: ({ notRead }) => bytes(notRead) },
      { title: 'Time', align: 'right', cell: (row) => (row.savedSeconds === null ? '' : seconds(row.savedSeconds)) },
    ],
    all.slice(0, SHOWN),
  );
  return all.length > SHOWN ? `${drawn}\nand ${String(all.length - SHOWN)} more` : drawn;
}

function nameOf({ name, registry }: SavingsRow): string {
  return registry === null || registry === name ? name : `${registry}/${name}`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((part / whole) * 100).toFixed(0)} %`;
}

/** More may have been read than Tart reads: then less than nothing was saved. */
function bytes(value: number): string {
  return value < 0 ? `-${formatBytes(-value)}` : formatBytes(value);
}

function seconds(value: number | null): string {
  if (value === null) return 'a time that was not measured';
  return value < 0 ? `~ -${formatDuration(-value)}` : `~ ${formatDuration(value)}`;
}

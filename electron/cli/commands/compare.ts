import { resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  cellDigest,
  cellSize,
  placeRange,
  referenceOf,
  sideName,
  totalBytes,
} from '../../../shared/format/compared.ts';
import { chunkLength, offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { ComparedName, ComparedSide, ComparedTotal, Comparison } from '../../../shared/models/comparison.ts';
import { type CompareRow, compareRows, isDifference } from '../../../shared/models/differences.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { VmList } from '../../../shared/models/vm.ts';
import { type CommandContext, call } from '../command-context.ts';
import { table } from '../table.ts';
import { findVm, vmNamed } from './push-options.ts';
import { type FormatOptions, formatOf } from './report-format.ts';
import { findSnapshot } from './snapshots.ts';

/** Options of `tartan compare`. */
export type CompareOptions = FormatOptions;

/** Differences that a terminal shows; the files have all. */
const SHOWN = 50;

const KINDS: Readonly<Record<CompareRow['kind'], string>> = {
  changed: 'changed',
  onlyA: 'only in A',
  onlyB: 'only in B',
  moved: 'moved',
  common: 'common',
  zero: 'zeros',
  unknown: 'not known',
};

/** What comes before a snapshot's id, or the name of the VM whose newest snapshot is meant. */
const SNAPSHOT = 'snapshot:';

/** `tartan compare A B`: two of VMs, snapshots and images, chunk by chunk, as a table or as a file. No disk byte is read. */
export async function compare(
  context: CommandContext,
  nameA: string,
  nameB: string,
  options: CompareOptions,
): Promise<undefined> {
  const format = formatOf('compare', options);
  // What does not parse is said before anything is looked for.
  for (const name of [nameA, nameB]) if (name.includes('/')) parseReference(name);
  const list = await call(context, 'vms.list', null);
  const [a, b] = [await sideOf(context, list, nameA), await sideOf(context, list, nameB)];
  if (format === 'table') {
    context.terminal.out(comparisonText(await call(context, 'images.compare', { a, b })));
    return;
  }
  const request = { a, b, format, language: 'en' as const };
  if (options.output === undefined) {
    context.terminal.out((await call(context, 'images.compareText', request)).trimEnd());
    return;
  }
  const { path } = await call(context, 'images.compareExport', { ...request, path: resolve(options.output) });
  context.terminal.note(`Written to ${path}.`);
}

/**
 * A name with a slash is an image: the one in Tart's cache where that is called so, as it is for `plan` and `push`, else the
 * registry's. Any other is a local VM, or behind `snapshot:` a snapshot. @throws AppError `vm.notFound`, `snapshot.notFound`
 */
async function sideOf(context: CommandContext, list: VmList, name: string): Promise<ComparedName> {
  if (name.includes('/')) {
    const cached = vmNamed(list, name);
    return cached === null ? { kind: 'image', name } : { kind: 'vm', name: cached };
  }
  // A VM may be called as a snapshot is written.
  if (!name.startsWith(SNAPSHOT) || vmNamed(list, name) !== null) return { kind: 'vm', name: findVm(list, name) };
  const wanted = name.slice(SNAPSHOT.length);
  const vm = vmNamed(list, wanted);
  const [newest] = vm === null ? [] : await call(context, 'snapshots.list', { vmId: vm });
  const found = newest ?? (wanted === '' ? null : await findSnapshot(context, wanted));
  if (found === null) throw new AppError('snapshot.notFound', { id: wanted });
  return { kind: 'snapshot', name: found.id };
}

/** `sonoma-base, snapshot of 2026-11-20T14:41:00.000Z, packed 31 GB`, and what else its tag stands for. */
function sideText(compared: ComparedSide): string {
  const { cached, madeMs, namesake, packed, estimated } = compared;
  const facts = [
    `${sideName(compared)}${cached ? ' in Tart’s cache' : ''}`,
    ...(madeMs === null ? [] : [`snapshot of ${new Date(madeMs).toISOString()}`]),
    `packed ${totalBytes({ bytes: packed, estimated })}`,
  ];
  if (namesake === null) return facts.join(', ');
  const { place, tag, digest } = namesake;
  const other = place === 'cache' ? 'Tart’s cache has another image' : 'the registry has another image';
  return `${facts.join(', ')}\n   ${other} under ${tag}: ${compared.title}@${digest}`;
}

function comparisonText({ a, b, totals, nvram, chunks, chunkSize }: Comparison): string {
  const total = (sum: ComparedTotal): string => `${totalBytes(sum)} in ${String(sum.chunks)} chunks`;
  const facts: [string, string][] = [
    ['A', sideText(a)],
    ['B', sideText(b)],
    ['Common', `${total(totals.common)}${nvram === 'same' ? ' and NVRAM' : ''}`],
    ['Only in A', total(totals.onlyA)],
    ['Only in B', total(totals.onlyB)],
    ['Moved', total(totals.moved)],
    ...(totals.unknown.chunks > 0 ? ([['Not known', `${total(totals.unknown)}, raw`]] as [string, string][]) : []),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const head = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  const rows = compareRows(chunks).filter(isDifference);
  const length = `${String(chunks.length)} chunks of ${chunkLength(chunkSize)}`;
  if (rows.length === 0) return `${head}\n\n${length}; as far as they are known, the disks do not differ.`;
  const drawn = table<CompareRow>(
    [
      { title: '#', align: 'right', cell: ({ place }) => String(place) },
      { title: offsetUnit(chunkSize).name, align: 'left', cell: (row) => placeRange(row, chunkSize) },
      { title: 'Kind', align: 'left', cell: ({ kind, at }) => (at === null ? KINDS[kind] : `moved, ${String(at)}`) },
      { title: 'A', align: 'left', cell: (row) => cellDigest(row.a) },
      { title: 'Size', align: 'right', cell: (row) => cellSize(row.a) },
      { title: 'B', align: 'left', cell: (row) => cellDigest(row.b) },
      { title: 'Size', align: 'right', cell: (row) => cellSize(row.b) },
      {
        title: 'Also in',
        align: 'left',
        cell: ({ chunk }) => (chunk.alsoIn?.images ?? []).map(referenceOf).join(', '),
      },
    ],
    rows.slice(0, SHOWN),
  );
  const more = rows.length > SHOWN ? `\nand ${String(rows.length - SHOWN)} more` : '';
  return `${head}\n\n${length}, differences:\n${drawn}${more}`;
}

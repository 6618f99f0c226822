import type { Vm } from '../../../shared/models/vm.ts';
import type { TreeRow } from '../../ui/tree-list.tsx';
import { imagePlace, vmTitle } from './vm-title.ts';

/** The columns that the Local pane is sorted by. */
export const LOCAL_COLUMNS = ['name', 'disk', 'used', 'shared'] as const;

/** See {@link LOCAL_COLUMNS}. */
export type LocalColumn = (typeof LOCAL_COLUMNS)[number];

/** Column and direction. */
export interface LocalOrder {
  readonly by: LocalColumn;
  readonly descending: boolean;
}

/** A visible row: the head of a group, the host that cached images come from, or a VM. */
export type LocalRow = TreeRow &
  (
    | { readonly kind: 'group'; readonly group: Vm['kind']; readonly count: number }
    | { readonly kind: 'host'; readonly host: string }
    | { readonly kind: 'vm'; readonly vm: Vm }
  );

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function figureOf(vm: Vm, by: Exclude<LocalColumn, 'name'>): number {
  switch (by) {
    case 'disk':
      return vm.sizes?.logical ?? -1;
    case 'used':
      return vm.sizes?.allocated ?? -1;
    case 'shared':
      return vm.sizes?.shared ?? -1;
  }
}

function sorted(vms: readonly Vm[], { by, descending }: LocalOrder): Vm[] {
  const order = (one: Vm, other: Vm): number => {
    const difference = by === 'name' ? 0 : figureOf(one, by) - figureOf(other, by);
    return difference === 0 ? names.compare(vmTitle(one), vmTitle(other)) : difference;
  };
  return [...vms].sort((one, other) => (descending ? order(other, one) : order(one, other)));
}

/** What of a VM a filter looks at. */
export function matches(vm: Vm, filter: string): boolean {
  const text = `${vmTitle(vm)} ${vm.tags.join(' ')}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function rowOf(vm: Vm, level: number): LocalRow {
  return { kind: 'vm', vm, key: vm.id, level, open: null, name: vmTitle(vm), selectable: true };
}

function hostRows(images: readonly Vm[], order: LocalOrder): LocalRow[] {
  const hosts = [...new Set(images.map((vm) => imagePlace(vm).host))].sort(names.compare);
  return hosts.flatMap((host) => {
    const own = sorted(
      images.filter((vm) => imagePlace(vm).host === host),
      order,
    );
    // The whole cache cannot be read.
    if (host === '') return own.map((vm) => rowOf(vm, 2));
    return [
      { kind: 'host', host, key: `host:${host}`, level: 2, open: null, name: host, selectable: false },
      ...own.map((vm) => rowOf(vm, 3)),
    ];
  });
}

/** The rows of the Local pane: two groups, cached images by host, closed groups without their rows. */
export function localRows(
  vms: readonly Vm[],
  options: {
    readonly filter: string;
    readonly order: LocalOrder;
    /** Groups that are closed. */
    readonly closed: readonly string[];
    /** The name of a group. */
    readonly words: (group: Vm['kind']) => string;
  },
): LocalRow[] {
  const { filter, order, closed, words } = options;
  const shown = vms.filter((vm) => matches(vm, filter));
  return (['vm', 'image'] as const).flatMap((group) => {
    const own = shown.filter(({ kind }) => kind === group);
    if (own.length === 0) return [];
    const key = `group:${group}`;
    // A filter shows what it finds, whatever was closed.
    const open = filter !== '' || !closed.includes(key);
    const head: LocalRow = {
      kind: 'group',
      group,
      count: own.length,
      key,
      level: 1,
      open,
      name: words(group),
      selectable: false,
    };
    if (!open) return [head];
    return [head, ...(group === 'vm' ? sorted(own, order).map((vm) => rowOf(vm, 2)) : hostRows(own, order))];
  });
}

/** The unit of the size columns: the largest disk decides. */
export function columnUnit(vms: readonly Vm[]): 'MB' | 'GB' {
  return vms.some(({ sizes }) => (sizes?.logical ?? 0) >= 1e9) ? 'GB' : 'MB';
}

/** A size as a bare figure of the column's unit; none where nothing is known, a dash for nothing. */
export function columnFigure(bytes: number | null, unit: 'MB' | 'GB', decimals: number): string {
  if (bytes === null) return '';
  if (bytes === 0) return '–';
  return (bytes / (unit === 'GB' ? 1e9 : 1e6)).toFixed(unit === 'GB' ? decimals : 0);
}

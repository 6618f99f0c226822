import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { Registry } from '../../../shared/models/registry.ts';
import { useMemory } from '../../state/window-memory.ts';
import { useDrag } from '../drag/drag-store.ts';
import { type RegistryRow, registryRows } from './tree-rows.ts';
import type { TagReadings } from './use-tag-reading.ts';

/** The rows of the tree of registries, and what changes which there are. */
export interface RegistryRows {
  readonly rows: readonly RegistryRow[];
  /** What is looked for; empty = everything is shown. */
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  /** Opens or closes rows, and reads the tags of a repository that is opened for the first time. */
  readonly toggle: (keys: readonly string[], open: boolean) => void;
}

const openSchema = z.record(z.string(), z.boolean());

/** The tree of `registries` (null = not known yet) as it is filtered and opened; what is open is remembered. */
export function useRegistryRows(registries: readonly Registry[] | null, readings: TagReadings): RegistryRows {
  const { t: store } = useTranslation('store');
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useMemory('registries.open', openSchema, {});
  const ownName = store('name');
  const carrying = useDrag((drag) => drag !== null);
  const rows = useMemo(
    () =>
      registryRows(registries ?? [], { filter, open, reading: new Set(readings.readings.keys()), ownName, carrying }),
    [registries, filter, open, readings.readings, ownName, carrying],
  );
  return {
    rows,
    filter,
    setFilter,
    toggle: (keys, opened) => {
      setOpen((before) => ({ ...before, ...Object.fromEntries(keys.map((key) => [key, opened])) }));
      if (!opened) return;
      for (const row of rows) {
        if (row.kind === 'repository' && keys.includes(row.key) && row.repository.readMs === null) {
          readings.read(row.registry.host, row.repository.repository);
        }
      }
    },
  };
}

import { useEffect, useMemo, useState } from 'react';
import { z } from 'zod';
import type { Registry } from '../../shared/models/registry.ts';
import { SAMPLE_VM_ID } from '../../shared/models/sample.ts';
import type { Vm, VmList } from '../../shared/models/vm.ts';
import { useJobs } from '../features/transfers/job-mirror-context.ts';
import { findInTree, type Selection, type TreeSelection } from '../state/tree-selection.ts';
import { readMemory, writeMemory } from '../state/window-memory.ts';

const keySchema = z.string();
const NO_REGISTRIES: readonly never[] = [];

/** What is selected in the panes. */
export interface ShownSelection {
  readonly selection: Selection;
  /** The selected VM or cached image. */
  readonly vm: Vm | null;
  /** The selected row of the registries. */
  readonly tree: TreeSelection | null;
  /** What can be done first is offered: where there is no VM, and until one was selected or pushed. */
  readonly offered: boolean;
  readonly choose: (selection: Selection) => void;
  readonly selectInTree: (key: string) => void;
}

/** What is selected, and remembered for the next start. */
export function useSelection(list: VmList | null, registries: readonly Registry[] | null): ShownSelection {
  const [chosen, setChosen] = useState<Selection>(null);
  // Null before the jobs are known.
  const pushedBefore = useJobs(({ loaded, jobs }) => (loaded ? jobs.length > 0 : null));
  // Until something is chosen: what was selected when the window closed, else the first VM that can be pushed. On the very
  // first start nothing: what can be done first is offered.
  const first = useMemo((): Selection => {
    if (list === null) return null;
    const remembered = readMemory('selected', keySchema);
    if (remembered === null && pushedBefore !== true) return null;
    const vm =
      list.vms.find(({ id }) => id === remembered) ?? list.vms.find(({ defect }) => defect === null) ?? list.vms[0];
    return vm === undefined ? null : { kind: 'vm', key: vm.id };
  }, [list, pushedBefore]);
  const removed = chosen?.key === SAMPLE_VM_ID && list?.vms.every(({ id }) => id !== SAMPLE_VM_ID) === true;
  const selection = removed ? first : (chosen ?? first);
  const vm = selection?.kind === 'vm' ? (list?.vms.find(({ id }) => id === selection.key) ?? null) : null;
  const tree = selection?.kind === 'registry' ? findInTree(registries ?? NO_REGISTRIES, selection.key) : null;
  const nothing = vm === null && tree === null && list !== null;
  const offered = nothing && (list.vms.length === 0 || pushedBefore === false);

  useEffect(() => {
    if (chosen?.kind === 'vm') writeMemory('selected', chosen.key);
  }, [chosen]);

  return {
    selection,
    vm,
    tree,
    offered,
    choose: setChosen,
    selectInTree: (key) => setChosen({ kind: 'registry', key }),
  };
}

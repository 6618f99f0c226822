import type { Registry } from '../../shared/models/registry.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { useDropCopy } from '../features/copy/use-drop-copy.ts';
import { useMoves } from '../features/copy/use-moves.ts';
import type { Cargo } from '../features/drag/cargo.ts';
import { useDrag } from '../features/drag/drag-store.ts';
import type { DropTarget } from '../features/drag/drop-target.ts';
import { pushedReferences } from '../features/drag/pushed-references.ts';
import { folded } from './panes/pane-layout.ts';
import type { PaneArrangement } from './panes/panes.tsx';

/** See {@link useCargoDrop}. */
export interface CargoDropParts {
  readonly registries: readonly Registry[];
  readonly arrangement: PaneArrangement;
  readonly onPush: (vm: Vm, references: readonly string[]) => void;
  readonly onShowJob: (jobId: string) => void;
}

/**
 * Carries out what was dropped: a VM opens its plan with the reference of the row filled in, images are copied or moved. While
 * something is carried the registries, which are its targets, are unfolded.
 */
export function useCargoDrop(parts: CargoDropParts): (cargo: Cargo, target: DropTarget, moving: boolean) => void {
  const { registries, arrangement, onPush, onShowJob } = parts;
  const dropCopy = useDropCopy({ registries, onShow: onShowJob });
  useMoves();
  const carrying = useDrag((drag) => drag !== null);
  if (carrying && arrangement.choice.folded.includes('registries')) {
    arrangement.change((before) => folded(before, 'registries', false));
  }
  return (cargo, target, moving) => {
    if (cargo.kind === 'vm') onPush(cargo.vm, pushedReferences(cargo.vm, target));
    else dropCopy(cargo, target, moving);
  };
}

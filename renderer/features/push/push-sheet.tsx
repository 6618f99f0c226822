import type { ReactElement } from 'react';
import type { Vm } from '../../../shared/models/vm.ts';

export interface PushSheetProps {
  readonly vm: Vm;
  /** Filled into the target fields at first. */
  readonly initialReferences: readonly string[];
  onClose(): void;
}

/** The plan of a push before anything is sent. */
export function PushSheet({ vm, initialReferences, onClose }: PushSheetProps): ReactElement {
  return (
    <section aria-label={vm.name}>
      {initialReferences.join(' ')}
      <button type="button" onClick={onClose} />
    </section>
  );
}

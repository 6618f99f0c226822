import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { PushFoot } from './push-foot.tsx';
import { PushHead } from './push-head.tsx';
import { PushPlan } from './push-plan.tsx';
import { PushTargets, type TargetInFocus } from './push-targets.tsx';
import '../../ui/controls.css';
import './push-sheet.css';
import { useKnownRegistries } from './use-known-registries.ts';
import { usePlannedPush } from './use-planned-push.ts';
import { type PushStart, type PushWish, usePushWish } from './use-push-wish.ts';

/** What the sheet pushes, and whom it tells. */
export interface PushSheetProps {
  readonly vm: Vm;
  readonly start: PushStart;
  readonly onClose: () => void;
  /** The push was taken up; the sheet closes by itself. */
  readonly onPushed?: ((jobId: string) => void) | undefined;
  /** Compares the VM with an image, in place of the sheet, which comes back with `start`. */
  readonly onCompare: (image: ComparedName, start: PushStart) => void;
}

/** The plan of a push before anything is sent. */
export function PushSheet(props: PushSheetProps): ReactElement {
  const { vm, onClose } = props;
  return (
    <ModalOverlay
      className="sheet-overlay"
      isOpen
      isDismissable={false}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="sheet">
        <Dialog className="sheet-dialog">
          <PushForm {...props} key={vm.id} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function PushForm({ vm, start, onClose, onPushed, onCompare }: PushSheetProps): ReactElement {
  const registries = useKnownRegistries(useClient());
  const typed = usePushWish(vm, start);
  const planned = usePlannedPush(typed, (jobId) => {
    onPushed?.(jobId);
    onClose();
  });
  const [focused, setFocused] = useState<TargetInFocus>(0);
  const wish: PushWish = {
    ...typed,
    edit: (targets) => {
      typed.edit(targets);
      planned.clearRefusal();
    },
  };

  function press(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    planned.push();
  }

  return (
    // Heard on the way down: a button that has the focus would keep the key for itself.
    <form
      className="push-sheet"
      onKeyDownCapture={press}
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <PushHead vm={vm} planned={planned} />
      <PushTargets vmName={vm.name} wish={wish} view={planned.view} registries={registries} onFocus={setFocused} />
      <PushPlan
        vmName={vm.name}
        wish={wish}
        planned={planned}
        focused={focused}
        registries={registries}
        onCompare={(image) => {
          const references = wish.request?.references ?? start.references;
          onCompare(image, { references, choices: wish.choices });
        }}
      />
      <PushFoot vm={vm} request={wish.request} planned={planned} onClose={onClose} />
    </form>
  );
}

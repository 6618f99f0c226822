import { ShieldCheck } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { commandName, pushCommand } from './push-command.ts';
import type { PlanView } from './use-plan.ts';
import type { PlannedPush } from './use-planned-push.ts';
import './push-sheet.css';

/** See {@link PushFoot}. */
export interface PushFootProps {
  readonly vm: Vm;
  /** Null while a field does not stand. */
  readonly request: PushRequest | null;
  readonly planned: PlannedPush;
  readonly onClose: () => void;
}

/** The push, by a click or as a command. */
export function PushFoot({ vm, request, planned, onClose }: PushFootProps): ReactElement {
  const { t } = useTranslation('push');
  const { view, ready, push, copy } = planned;
  return (
    <footer className="sheet-foot">
      <ShieldCheck className="sheet-foot-icon" size={14} strokeWidth={1.75} aria-hidden="true" />
      <span className="sheet-foot-note">{t('tagsLast')}</span>
      {request !== null && (
        <Button className="quiet-button" onPress={() => copy(pushCommand(commandName(vm), request))}>
          {t('copyCommand')}
        </Button>
      )}
      <Button className="button" onPress={onClose}>
        {t('cancel')}
      </Button>
      <Button className="button button-primary" isDisabled={!ready} onPress={push}>
        <PushWords view={view} />
        <kbd>{/Mac/.test(navigator.userAgent) ? '⌘↩' : 'Ctrl ↩'}</kbd>
      </Button>
    </footer>
  );
}

/** `Push 1.9 GB`: the price as far as it is known. */
function PushWords({ view }: { readonly view: PlanView }): ReactElement {
  const { t } = useTranslation('push');
  if (view.plan === null || view.stale) return <>{t('push')}</>;
  const estimated =
    !view.plan.complete ||
    view.plan.targets.some((target) =>
      target.layers.some((layer) => layer.verdict === 'upload' && layer.size === null),
    );
  return <>{t('pushBytes', { bytes: `${estimated ? '~ ' : ''}${formatBytes(view.plan.bytes.uploaded)}` })}</>;
}

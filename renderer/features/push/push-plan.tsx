import { Power, RefreshCw } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { ComparedName } from '../../../shared/models/comparison.ts';
import type { PlanTarget } from '../../../shared/models/plan.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { useClient } from '../../state/client.ts';
import { ErrorReport } from './error-report.tsx';
import { PlanPlaceholder } from './plan-placeholder.tsx';
import { PlanView } from './plan-view.tsx';
import type { TargetInFocus } from './push-targets.tsx';
import { plannedTarget } from './target-fields.tsx';
import type { PlannedPush } from './use-planned-push.ts';
import type { PushWish } from './use-push-wish.ts';
import './push-sheet.css';

/** See {@link PushPlan}. */
export interface PushPlanProps {
  /** Of the VM that is pushed. */
  readonly vmName: string;
  readonly wish: PushWish;
  readonly planned: PlannedPush;
  readonly focused: TargetInFocus;
  readonly registries: readonly Registry[];
  readonly onCompare: (image: ComparedName) => void;
}

/** What came of planning: the plan of the target in focus, what is wrong, or what is still missing for a plan. */
export function PushPlan({ vmName, wish, planned, focused, registries, onCompare }: PushPlanProps): ReactElement {
  const { t, i18n } = useTranslation('push');
  const { view, error, planAgain, copy } = planned;
  const shown = shownTarget(wish, planned, focused);
  return (
    <div className="push-plan" data-stale={view.stale || undefined}>
      {error !== null && (
        <ErrorReport
          error={error}
          onCopy={copy}
          kept={t('nothingSent')}
          onSignedIn={planAgain}
          actions={
            <ErrorActions
              error={error}
              onRetry={planAgain}
              onOverwrite={() => {
                wish.overwrite();
                planAgain();
              }}
            />
          }
        />
      )}
      {error === null && view.plan !== null && shown !== null && (
        <PlanView
          plan={view.plan}
          target={shown}
          language={i18n.language}
          registries={registries}
          onCopy={copy}
          sendAgain={wish.sendAgain}
          onSendAgain={wish.setSendAgain}
          onNewManifest={wish.makeNewManifest}
          onCompare={onCompare}
        />
      )}
      {error === null && view.plan === null && <PlanPlaceholder view={view} vmName={vmName} />}
    </div>
  );
}

/** The target whose layers are shown: the one in focus if the plan has it, else its first. */
function shownTarget({ targets }: PushWish, { view }: PlannedPush, focused: TargetInFocus): PlanTarget | null {
  const { plan } = view;
  const field = focused === 'store' ? undefined : (targets[focused] ?? targets[0]);
  const inFocus =
    focused === 'store'
      ? plan?.targets.find(({ place }) => place === 'store')
      : field && (plannedTarget(field, plan) ?? undefined);
  return inFocus ?? plan?.targets[0] ?? null;
}

function ErrorActions(props: {
  readonly error: ErrorData;
  readonly onRetry: () => void;
  readonly onOverwrite: () => void;
}): ReactElement {
  const { error, onRetry, onOverwrite } = props;
  const { t } = useTranslation('push');
  const client = useClient();
  const overwrite = error.actions.includes('overwrite');
  return (
    <>
      {error.code === 'serve.off' && (
        <Button
          className="button button-primary"
          onPress={() => {
            // Why it did not start is told by the plan that follows, and by its row.
            void client
              .call('serve.start', { port: null, token: null, readOnly: false })
              .catch(() => undefined)
              .finally(onRetry);
          }}
        >
          <Power size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('error.switchOn')}
        </Button>
      )}
      {overwrite && (
        <Button className="button" onPress={onOverwrite}>
          {t('error.overwrite')}
        </Button>
      )}
      <Button className="button" onPress={onRetry}>
        <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
        {t('error.retry')}
      </Button>
    </>
  );
}

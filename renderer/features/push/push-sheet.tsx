import { Plus, Power, RefreshCw, ShieldCheck } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { layerLimitError } from '../../../shared/errors/layer-limit-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import type { SendAgain } from '../../../shared/models/push-options.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { useMemory } from '../../state/window-memory.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';
import { useNow } from '../weave/use-now.ts';
import { ErrorReport } from './error-report.tsx';
import { KeepLocal } from './keep-local.tsx';
import { lastReferences } from './last-references.ts';
import { PlanView } from './plan-view.tsx';
import { commandName, pushCommand } from './push-command.ts';
import { DEFAULT_CHOICES, PushOptions } from './push-options.tsx';
import '../../ui/controls.css';
import './push-sheet.css';
import { emptyTarget, readTarget, type TargetDraft, targetsOf } from './target-draft.ts';
import { plannedTarget, TargetFields } from './target-fields.tsx';
import { useKnownRegistries } from './use-known-registries.ts';
import { type PlanView as PlanState, usePlan } from './use-plan.ts';

/** What the sheet pushes, and whom it tells. */
export interface PushSheetProps {
  readonly vm: Vm;
  /** Filled into the target fields at first; none = those of the newest push of this VM. */
  readonly initialReferences: readonly string[];
  readonly onClose: () => void;
  /** The push was taken up; the sheet closes by itself. */
  readonly onPushed?: ((jobId: string) => void) | undefined;
}

/** References of all fields, once each; null while one of them does not stand. */
function referencesOf(targets: readonly TargetDraft[]): readonly string[] | null {
  const readings = targets.map(readTarget);
  if (readings.some(({ problem }) => problem !== null)) return null;
  return [...new Set(readings.flatMap(({ references }) => references))];
}

/** The digests that the person was shown, so that a tag that moved since is noticed. */
function shownTags(plan: Plan): Record<string, string | null> {
  return Object.fromEntries(
    plan.targets.flatMap((target) =>
      target.references.map(({ reference, previousDigest }) => [reference, previousDigest]),
    ),
  );
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

function PushForm({ vm, initialReferences, onClose, onPushed }: PushSheetProps): ReactElement {
  const { t, i18n } = useTranslation('push');
  const client = useClient();
  const jobs = useJobs((state) => state.jobs);
  const registries = useKnownRegistries(client);
  // Until something is typed, what was asked for or pushed last.
  const [edited, setEdited] = useState<readonly TargetDraft[] | null>(null);
  const offered = initialReferences.length > 0 ? initialReferences : lastReferences(jobs, vm.id);
  const targets = edited ?? targetsOf(offered, 1);
  const [focused, setFocused] = useState<number | 'store'>(0);
  const [keepLocal, setKeepLocal] = useMemory('push.keepLocal', z.boolean(), false);
  const [choices, setChoices] = useState(DEFAULT_CHOICES);
  const [sendAgain, setSendAgain] = useState<SendAgain>([]);
  const [force, setForce] = useState(false);
  const [newManifest, setNewManifest] = useState(false);
  const [round, setRound] = useState(0);
  const [pushing, setPushing] = useState(false);
  const [refused, setRefused] = useState<ErrorData | null>(null);

  const references = referencesOf(targets);
  const request: PushRequest | null =
    references === null
      ? null
      : {
          vmId: vm.id,
          references: [...references],
          ...choices,
          force,
          newManifest,
          ...(keepLocal ? { keepLocal } : {}),
          ...(sendAgain.length > 0 ? { sendAgain } : {}),
        };
  // What changes only how it is sent makes no new plan.
  const asked = request && { ...request, verify: false, concurrency: null, pieceSize: null };
  const view = usePlan(client, asked, round);
  const error = refused ?? view.error;
  // Nothing is pushed that was not shown: the tags' states are what the push is held to.
  const ready =
    request !== null &&
    view.plan !== null &&
    !view.stale &&
    error === null &&
    !pushing &&
    view.plan.cachedImage?.manifest !== 'newNeeded' &&
    view.plan.targets.every((target) => layerLimitError(target) === null);
  const kept = view.plan?.targets.filter(({ place }) => place === 'store') ?? [];
  const inFocus = focused === 'store' ? null : (targets[focused] ?? targets[0]);
  const shown =
    (inFocus === null ? kept[0] : inFocus && plannedTarget(inFocus, view.plan)) ?? view.plan?.targets[0] ?? null;

  function edit(next: readonly TargetDraft[]): void {
    setEdited(next);
    setForce(false);
    setRefused(null);
  }

  function planAgain(): void {
    setRefused(null);
    setRound((before) => before + 1);
  }

  async function push(): Promise<void> {
    if (!ready) return;
    setPushing(true);
    setRefused(null);
    try {
      const expectedTags = force ? undefined : shownTags(view.plan);
      const job = await client.call('jobs.push', {
        ...request,
        ...(expectedTags === undefined ? {} : { expectedTags }),
        // What is being read for the plan is read on, not anew.
        ...(view.planId === null ? {} : { planId: view.planId }),
      });
      onPushed?.(job.id);
      onClose();
    } catch (thrown) {
      setRefused(toAppError(thrown).toData());
      setPushing(false);
    }
  }

  function copy(text: string): void {
    // The clipboard belongs to the host; nothing here waits for it.
    client.call('app.copyText', { text }).catch((thrown: unknown) => {
      setRefused(toAppError(thrown).toData());
    });
  }

  function press(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void push();
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
      <SheetHead vm={vm} view={view} onPlanAgain={planAgain} />
      <div className="push-targets">
        <span className="push-targets-title">{t('targets')}</span>
        <div className="push-targets-fields">
          <TargetFields
            targets={targets}
            vmName={vm.name}
            plan={view.plan}
            stale={view.stale}
            registries={registries}
            onChange={edit}
            onFocus={setFocused}
          />
          <div className="push-targets-foot">
            <Button
              className="link-button"
              onPress={() => {
                edit([...targets, emptyTarget(Math.max(...targets.map(({ id }) => id)) + 1)]);
              }}
            >
              <Plus size={14} strokeWidth={1.75} aria-hidden="true" />
              {t('addTarget')}
            </Button>
            <span>{t('readOnce')}</span>
            <KeepLocal
              selected={keepLocal}
              planned={view.stale ? [] : kept}
              onShow={() => {
                setFocused('store');
              }}
              onChange={(selected) => {
                setKeepLocal(() => selected);
              }}
            />
            <PushOptions choices={choices} onChange={setChoices} />
          </div>
        </div>
      </div>
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
                  setForce(true);
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
            sendAgain={sendAgain}
            onSendAgain={setSendAgain}
            onNewManifest={() => {
              setNewManifest(true);
            }}
          />
        )}
        {error === null && view.plan === null && <PlanPlaceholder view={view} vm={vm} />}
      </div>
      <footer className="sheet-foot">
        <ShieldCheck className="sheet-foot-icon" size={14} strokeWidth={1.75} aria-hidden="true" />
        <span className="sheet-foot-note">{t('tagsLast')}</span>
        {request !== null && (
          <Button
            className="quiet-button"
            onPress={() => {
              copy(pushCommand(commandName(vm), request));
            }}
          >
            {t('copyCommand')}
          </Button>
        )}
        <Button className="button" onPress={onClose}>
          {t('cancel')}
        </Button>
        <Button className="button button-primary" isDisabled={!ready} onPress={() => void push()}>
          <PushWords view={view} />
          <kbd>{/Mac/.test(navigator.userAgent) ? '⌘↩' : 'Ctrl ↩'}</kbd>
        </Button>
      </footer>
    </form>
  );
}

function SheetHead(props: { vm: Vm; view: PlanState; onPlanAgain: () => void }): ReactElement {
  const { vm, view, onPlanAgain } = props;
  const { t } = useTranslation('push');
  const made = view.phase === 'ready' ? view.plan : null;
  const now = useNow(1000, made !== null);
  return (
    <header className="sheet-head">
      <Heading slot="title" level={2}>
        {t('title', { name: vm.name })}
      </Heading>
      <span className="sheet-head-note">{t('nothingSent')}</span>
      <span className="sheet-head-age" aria-live="off">
        {made !== null &&
          t('planAge', {
            seconds: Math.max(0, Math.round((now - made.madeMs) / 1000)),
            took: made.seconds.toFixed(1),
          })}
        {view.phase === 'making' && t('planning')}
      </span>
      {view.phase !== 'none' && (
        <Button className="button button-small" onPress={onPlanAgain}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('planAgain')}
        </Button>
      )}
    </header>
  );
}

/** `Push 1.9 GB`: the price as far as it is known. */
function PushWords({ view }: { readonly view: PlanState }): ReactElement {
  const { t } = useTranslation('push');
  if (view.plan === null || view.stale) return <>{t('push')}</>;
  const estimated =
    !view.plan.complete ||
    view.plan.targets.some((target) =>
      target.layers.some((layer) => layer.verdict === 'upload' && layer.size === null),
    );
  return <>{t('pushBytes', { bytes: `${estimated ? '~ ' : ''}${formatBytes(view.plan.bytes.uploaded)}` })}</>;
}

function PlanPlaceholder({ view, vm }: { readonly view: PlanState; readonly vm: Vm }): ReactElement {
  const { t } = useTranslation('push');
  if (view.phase === 'none') return <p className="push-plan-hint">{t('hint', { name: vm.name })}</p>;
  return (
    <div className="push-plan-hint" role="status">
      {t('asking')}
      <div className="push-plan-shapes" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    </div>
  );
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

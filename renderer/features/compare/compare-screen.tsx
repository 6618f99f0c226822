import { ArrowLeft } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ErrorData } from '../../../shared/errors/app-error.ts';
import type { Comparison } from '../../../shared/models/comparison.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { ExportMenu } from '../../ui/export-menu.tsx';
import { ReadingLine } from '../../ui/reading-line.tsx';
import { askCopy } from '../copy/copy-start.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import './compare.css';
import { comparedPair } from './compare-start.ts';
import { ComparedDisks } from './compared-disks.tsx';
import { ComparedSides } from './compared-sides.tsx';
import { useComparison } from './use-comparison.ts';

/** See {@link CompareScreen}. */
export interface CompareScreenProps {
  readonly vms: readonly Vm[];
  readonly registries: readonly Registry[];
  /** Opens the plan of a push. */
  readonly onPush: (vm: Vm, references: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Two of VMs, snapshots and images beside each other: what both have, what only one has, chunk by chunk. */
export function CompareScreen({ vms, registries, onPush, onClose }: CompareScreenProps): ReactElement {
  const { t } = useTranslation('compare');
  const { a, b } = useStore(comparedPair);
  const { comparison: current, error, startedMs, stopped, again, stop } = useComparison(a, b);
  const client = useClient();
  const [exportError, setExportError] = useState<ErrorData | null>(null);
  const words = useErrorWords();
  const main = useRef<HTMLElement>(null);
  // What asked for the screen may be gone.
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, []);
  return (
    <main
      ref={main}
      className="compare"
      tabIndex={-1}
      aria-label={t('title')}
      aria-busy={startedMs !== null}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="compare-head">
        <Button className="icon-button" aria-label={t('back')} data-tip={t('back')} onPress={onClose}>
          <ArrowLeft size={15} strokeWidth={1.75} aria-hidden="true" />
        </Button>
        <h1>{t('title')}</h1>
        {a !== null && b !== null && current !== null && (
          <ExportMenu
            subject="comparison"
            written={t('written')}
            write={(request) => client.call('images.compareExport', { a, b, ...request })}
            onError={setExportError}
          />
        )}
      </header>
      <ComparedSides vms={vms} registries={registries} current={current} />
      {exportError !== null && (
        <div className="pane-notice compare-notice" role="alert">
          <span>{words(exportError).whole}</span>
        </div>
      )}
      {error !== null && (
        <div className="pane-notice compare-notice" role="alert">
          <span>{words(error).whole}</span>{' '}
          <Button className="button button-small" onPress={again}>
            {t('compareAgain')}
          </Button>
        </div>
      )}
      {(a === null || b === null) && <p className="compare-empty">{t('chooseTwo')}</p>}
      {a !== null && b !== null && current === null && error === null && (
        <p className="compare-empty">
          {startedMs !== null && <ReadingLine verb={t('comparing')} startedMs={startedMs} number="" onStop={stop} />}
          {stopped && (
            <Button className="button button-small" onPress={again}>
              {t('compareAgain')}
            </Button>
          )}
        </p>
      )}
      {current !== null && (
        <ComparedDisks
          comparison={current}
          onPlan={planOf(current, vms, onPush)}
          key={`${current.a.name} ${current.b.name}`}
        />
      )}
    </main>
  );
}

/** What makes a plan of bringing A to B's repository: the sheet of a push, or the dialog of a copy. */
function planOf(
  { a, pushing }: Comparison,
  vms: readonly Vm[],
  onPush: CompareScreenProps['onPush'],
): (() => void) | null {
  if (pushing === null) return null;
  const place = `${pushing.registry}/${pushing.repository}`;
  if (a.kind === 'vm') {
    const vm = vms.find(({ id }) => id === a.name);
    return vm === undefined ? null : () => onPush(vm, [place]);
  }
  const { registry: host, repository, digest, tags } = a;
  if (host === null || repository === null || digest === null) return null;
  const cargo = { kind: 'images', host, repository, images: [{ digest, tags }], whole: false } as const;
  return () => askCopy({ cargo, place, moving: false, plan: null });
}

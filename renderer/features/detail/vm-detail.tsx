import { ChevronDown, CircleAlert, GitCompare, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { JobSummary } from '../../../shared/models/job.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { MenuButton } from '../../ui/menu-button.tsx';
import { SoftBreaks } from '../../ui/soft-breaks.tsx';
import { compareImages } from '../compare/compare-start.ts';
import { useVmCommands } from '../local/use-vm-commands.ts';
import { vmTitle } from '../local/vm-title.ts';
import { useErrorWords } from '../push/use-error-words.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';
import './detail.css';
import { VmFacts } from './vm-facts.tsx';
import { VmPlaces } from './vm-places.tsx';
import { VmPushes } from './vm-pushes.tsx';
import { VmSnapshots } from './vm-snapshots.tsx';
import { VmWeave } from './vm-weave.tsx';

/** See {@link VmDetail}. */
export interface VmDetailProps {
  readonly vm: Vm;
  readonly known: VmKnowledge | undefined;
  readonly onPush: () => void;
  readonly onShowJob: (jobId: string) => void;
}

/** The newest push of a VM that ended well. */
function lastPush(jobs: readonly JobSummary[]): JobSummary | null {
  return jobs.find(({ state }) => state === 'done') ?? null;
}

/** What is known of a VM or cached image, where it is, its pushes, and the way to push it. */
export function VmDetail({ vm, known, onPush, onShowJob }: VmDetailProps): ReactElement {
  const jobs = useJobs((state) => state.jobs).filter(({ vmId }) => vmId === vm.id);
  const last = lastPush(jobs);
  const changed = vm.kind === 'vm' && last !== null && vm.modifiedMs > (last.startedMs ?? last.createdMs);
  return (
    <div className="detail">
      <VmHead vm={vm} changed={changed} onPush={onPush} />
      {vm.defect !== null && <Defect vm={vm} />}
      {vm.defect === null && known !== undefined && <VmWeave vm={vm} known={known} />}
      <VmFacts vm={vm} known={known} />
      <div className="detail-tables">
        {vm.defect === null && known !== undefined && <VmPlaces known={known} jobs={jobs} />}
        <VmPushes jobs={jobs} onShowJob={onShowJob} />
        {vm.kind === 'vm' && <VmSnapshots vm={vm} />}
      </div>
    </div>
  );
}

function VmHead(props: { readonly vm: Vm; readonly changed: boolean; readonly onPush: () => void }): ReactElement {
  const { vm, changed, onPush } = props;
  const { t } = useTranslation('panes');
  const { t: compare } = useTranslation('compare');
  const commands = useVmCommands(onPush);
  const [, ...more] = commands(vm);
  // Above the sample VM stands what comes next: that is the one primary button.
  const primary = vm.defect === null && vm.id !== SAMPLE_VM_ID ? 'button-primary' : '';
  const facts = [
    vm.kind === 'image' ? t('cachedImage') : '',
    vm.os === 'darwin' ? 'macOS' : vm.os === 'linux' ? 'Linux' : '',
    vm.arch ?? '',
    vm.defect !== null ? t('defect') : vm.kind === 'vm' ? t(`state.${vm.state}`) : '',
    changed ? t('changedSince') : '',
  ].filter((text) => text !== '');
  return (
    <header className="detail-head">
      <div>
        <h1>
          <SoftBreaks text={vmTitle(vm)} after="/" />
        </h1>
        <p className="detail-facts">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
      </div>
      <span className="space" />
      {vm.defect === null && (
        <Button
          className="button button-large"
          aria-label={compare('compareWith')}
          onPress={() => compareImages({ kind: 'vm', name: vm.id }, null)}
        >
          <GitCompare size={15} strokeWidth={1.75} aria-hidden="true" />
          {compare('compare')}
        </Button>
      )}
      <span className="split-button">
        {vm.defect === null && (
          <Button className={`button button-large ${primary}`} onPress={onPush}>
            <Upload size={15} strokeWidth={1.75} aria-hidden="true" />
            {t('push')}
          </Button>
        )}
        <MenuButton className={`button button-large ${primary}`} label={t('more')} groups={more} edge="end" bare tip>
          <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />
        </MenuButton>
      </span>
    </header>
  );
}

function Defect({ vm }: { readonly vm: Vm }): ReactElement | null {
  const words = useErrorWords();
  if (vm.defect === null) return null;
  const { what, behind } = words(vm.defect);
  return (
    <div className="detail-notice" data-kind="fail" role="alert">
      <CircleAlert size={15} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <b>{what}</b>
        {behind} <code>{vm.defect.code}</code>
      </div>
    </div>
  );
}

import { FolderOpen, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { JobSummary } from '../../../shared/models/job.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { vmTitle } from '../local/local-pane.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { useJobLayers, useJobs } from '../transfers/job-mirror-context.ts';
import { WeaveOrTable } from '../weave/weave-or-table.tsx';

export interface VmDetailProps {
  readonly vm: Vm;
  readonly onPush: () => void;
}

function dateTime(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms);
}

function Facts({ vm }: { readonly vm: Vm }): ReactElement {
  const { t, i18n } = useTranslation('app');
  const facts: [string, string][] = [];
  if (vm.sizes !== null) {
    facts.push(
      [t('disk'), t('raw', { size: formatBytes(vm.sizes.logical) })],
      [t('onThisDisk'), formatBytes(vm.sizes.allocated)],
    );
    if (vm.sizes.shared !== null) facts.push([t('shared'), formatBytes(vm.sizes.shared)]);
  }
  if (vm.cpuCount !== null && vm.memorySize !== null) {
    facts.push([t('cpuMemory'), `${t('cores', { count: vm.cpuCount })}, ${formatBytes(vm.memorySize)}`]);
  }
  if (vm.display !== null) facts.push([t('display'), `${vm.display.width} × ${vm.display.height}`]);
  facts.push([t('changed'), dateTime(vm.modifiedMs, i18n.language)]);
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The weave of the newest push of this VM: what is known without reading. */
function LastWeave({ job }: { readonly job: JobSummary }): ReactElement | null {
  const layers = useJobLayers(job.id);
  const [target] = job.references;
  if (layers === null || layers.length === 0 || target === undefined) return null;
  return <WeaveOrTable layers={layers} chunkSize={job.chunkSize} label={target} title={<b>{target}</b>} />;
}

function Pushes({ jobs }: { readonly jobs: readonly JobSummary[] }): ReactElement {
  const { t, i18n } = useTranslation('app');
  if (jobs.length === 0) return <p className="empty">{t('noPush')}</p>;
  return (
    <table className="table">
      <thead>
        <tr>
          <th>{t('finished')}</th>
          <th>{t('target')}</th>
          <th className="end">{t('sent')}</th>
          <th className="end">{t('notSent')}</th>
          <th className="end">{t('took')}</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <td>{job.finishedMs === null ? '' : dateTime(job.finishedMs, i18n.language)}</td>
            <td title={job.references.join('\n')}>{job.references[0]}</td>
            <td className="end">{t('xOfY', { part: formatBytes(job.sent), whole: formatBytes(job.bytes.packed) })}</td>
            <td className="end">{formatBytes(job.notSent)}</td>
            <td className="end">
              {job.finishedMs === null || job.startedMs === null
                ? ''
                : formatDuration((job.finishedMs - job.startedMs) / 1000, i18n.language)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is known of a VM or cached image, its pushes, and the way to push it. */
export function VmDetail({ vm, onPush }: VmDetailProps): ReactElement {
  const { t } = useTranslation('app');
  const client = useClient();
  const words = useErrorWords();
  const jobs = useJobs((state) => state.jobs).filter(({ vmId }) => vmId === vm.id);
  const [newest] = jobs;
  const subtitle = [
    vm.os === 'darwin' ? 'macOS' : vm.os === 'linux' ? 'Linux' : '',
    vm.arch ?? '',
    t(`state.${vm.state}`),
  ];
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{vmTitle(vm)}</h1>
          <p>{subtitle.filter((text) => text !== '').join(' · ')}</p>
        </div>
        <span className="space" />
        <Button
          className="button"
          onPress={() => void client.call('app.revealVm', { vmId: vm.id }).catch(() => undefined)}
        >
          <FolderOpen size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('reveal')}
        </Button>
        {vm.defect === null && (
          <Button className="button button-primary" onPress={onPush}>
            <Upload size={15} strokeWidth={1.75} aria-hidden="true" />
            {t('push')}
          </Button>
        )}
      </header>
      {vm.defect !== null && (
        <div className="notice" data-kind="error" role="alert">
          <div>
            {words(vm.defect).what} {words(vm.defect).means}
          </div>
        </div>
      )}
      {newest !== undefined && <LastWeave job={newest} />}
      <Facts vm={vm} />
      <h2 className="section-title">{t('pushesOfVm')}</h2>
      <Pushes jobs={jobs} />
    </div>
  );
}

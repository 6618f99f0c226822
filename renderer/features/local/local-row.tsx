import { Box, ChevronRight, Pause, Play, Power, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { placeName } from '../../../shared/models/image-location.ts';
import { SAMPLE_VM_ID } from '../../../shared/models/sample.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { Thread } from '../weave/thread.tsx';
import { columnFigure, type LocalColumn, type LocalRow } from './local-rows.ts';
import { uploadTally } from './upload-tally.ts';
import { imageEnd, imagePlace, vmTitle } from './vm-title.ts';

/** What a row needs beside itself. */
export interface LocalRowProps {
  readonly row: LocalRow;
  readonly known: VmKnowledge | undefined;
  readonly unit: 'MB' | 'GB';
  /** The pane has room for a long thread. */
  readonly wide: boolean;
}

/** The icon of a VM's state, or of an image. */
function StateIcon({ vm }: { readonly vm: Vm }): ReactElement {
  const { t } = useTranslation('panes');
  const Icon =
    vm.defect !== null
      ? TriangleAlert
      : vm.kind === 'image'
        ? Box
        : vm.state === 'running'
          ? Play
          : vm.state === 'suspended'
            ? Pause
            : Power;
  const state = vm.defect !== null ? 'defect' : vm.kind === 'image' ? 'image' : vm.state;
  return (
    <span className="icon" data-state={state}>
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
      {vm.defect !== null && <span className="for-readers">{t('defect')}</span>}
      {vm.defect === null && vm.kind === 'vm' && <span className="for-readers">{t(`state.${vm.state}`)}</span>}
    </span>
  );
}

/** All that is known of a VM in lines: for the tooltip of its row, and behind its name for screen readers. */
function useRowTip(): (vm: Vm, known: VmKnowledge | undefined) => readonly string[] {
  const { t } = useTranslation('panes');
  const words = useErrorWords();
  return (vm, known) => {
    const lines = [vmTitle(vm)];
    if (vm.kind === 'vm' && vm.defect === null) lines.push(t(`state.${vm.state}`));
    else lines.push(...vm.tags.slice(1).map((tag) => `:${tag}`));
    if (vm.defect !== null) {
      const { what, means } = words(vm.defect);
      return [...lines, what, means].filter((line) => line !== '');
    }
    if (vm.sizes !== null) {
      const { logical, allocated, shared } = vm.sizes;
      lines.push(t('tip.disk', { disk: formatBytes(logical), used: formatBytes(allocated) }));
      if (shared !== null && shared > 0) lines.push(t('tip.shared', { shared: formatBytes(shared) }));
    }
    if (known !== undefined) lines.push(knownWords(t, known));
    return lines;
  };
}

function knownWords(t: ReturnType<typeof useTranslation<'panes'>>['t'], known: VmKnowledge): string {
  const { unknown, upload } = uploadTally(known.layers);
  if (known.against === null) return t('tip.nowhere');
  const against = placeName(known.against);
  if (unknown === known.layers.length) return t('tip.unread');
  return t('tip.against', { against, upload: formatBytes(upload) });
}

/** The cells of a row of the Local pane. */
export function LocalRowCells({ row, known, unit, wide }: LocalRowProps): ReactElement {
  switch (row.kind) {
    case 'group':
      return <GroupCells row={row} unit={unit} />;
    case 'host':
      return <span className="local-host">{row.host}</span>;
    case 'vm':
      return <VmCells vm={row.vm} known={known} unit={unit} wide={wide} />;
  }
}

function GroupCells({
  row,
  unit,
}: {
  readonly row: LocalRow & { kind: 'group' };
  readonly unit: string;
}): ReactElement {
  return (
    <>
      <span className="tree-list-chevron" data-open={row.open}>
        <ChevronRight size={13} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <span className="local-group">{row.name}</span>
      <span className="local-count">{row.count}</span>
      <span className="fill" />
      {row.group === 'vm' && (
        <span className="local-unit" aria-hidden="true">
          {unit}
        </span>
      )}
    </>
  );
}

/** The name of a local VM; the sample VM may have the name of one of the person's own. */
function VmName({ vm }: { readonly vm: Vm }): ReactElement {
  const { t } = useTranslation('firstRun');
  return (
    <>
      {vmTitle(vm)}
      {vm.id === SAMPLE_VM_ID && <span className="sample-mark">{t('sampleMark')}</span>}
    </>
  );
}

/** The name of a cached image below its host; of a folder that cannot be read, the folder. */
function ImageName({ vm }: { readonly vm: Vm }): ReactElement {
  const { repository } = imagePlace(vm);
  return repository === '' ? <FrontCut path={vm.folder} /> : <FrontCut path={repository} end={imageEnd(vm)} />;
}

/** A figure without its unit, which stands in the head of the group: a screen reader is told with it. */
function Figure({ column, words }: { readonly column: LocalColumn; readonly words: string }): ReactElement {
  return (
    <span className={`figure local-${column}`} aria-hidden="true">
      {words}
    </span>
  );
}

function VmCells({ vm, known, unit, wide }: Omit<LocalRowProps, 'row'> & { readonly vm: Vm }): ReactElement {
  const words = useErrorWords();
  const lines = useRowTip()(vm, known);
  return (
    <span className="local-row" data-tip={lines.join('\n')} data-defect={vm.defect !== null || undefined}>
      <StateIcon vm={vm} />
      <span className="name">{vm.kind === 'vm' ? <VmName vm={vm} /> : <ImageName vm={vm} />}</span>
      {vm.defect !== null ? (
        <span className="local-defect">
          <FrontCut path={words(vm.defect).what} />
        </span>
      ) : (
        <>
          <span className="local-thread">{known !== undefined && <Thread layers={known.layers} wide={wide} />}</span>
          <Figure column="disk" words={columnFigure(vm.sizes?.logical ?? null, unit, 0)} />
          <Figure column="used" words={columnFigure(vm.sizes?.allocated ?? null, unit, 1)} />
          <Figure column="shared" words={columnFigure(vm.sizes?.shared ?? null, unit, 1)} />
          {/* The name and the state are said before. */}
          <span className="for-readers">{lines.slice(vm.kind === 'vm' ? 2 : 1).join(', ')}</span>
        </>
      )}
    </span>
  );
}

import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { uploadTally } from '../local/upload-tally.ts';
import { type Fact, Facts } from './facts.tsx';

const GIB = 1024 ** 3;

/** What Tart's configuration and stat say of a VM. */
export function VmFacts({ vm, known }: { readonly vm: Vm; readonly known: VmKnowledge | undefined }): ReactElement {
  const { t, i18n } = useTranslation('panes');
  const facts: Fact[] = [];
  const { sizes, display, digest } = vm;
  if (sizes !== null) {
    facts.push({
      name: t('disk'),
      value: formatBytes(sizes.logical),
      more: vm.diskFormat === 'raw' ? t('raw') : 'ASIF',
    });
  }
  if (known !== undefined && known.layers.length > 0) {
    const { packed, estimated, unknown } = uploadTally(known.layers);
    if (unknown === 0) facts.push({ name: t('packed'), value: `${estimated ? '~ ' : ''}${formatBytes(packed)}` });
  }
  if (sizes !== null) {
    facts.push({ name: t('onThisDisk'), value: formatBytes(sizes.allocated) });
    if (sizes.shared !== null) facts.push({ name: t('sharedWithClones'), value: formatBytes(sizes.shared) });
  }
  if (vm.cpuCount !== null && vm.memorySize !== null) {
    // Memory is sold in binary units under the decimal name, and macOS shows it so.
    const memory = `${String(Number((vm.memorySize / GIB).toFixed(1)))} GB`;
    facts.push({ name: t('cpuMemory'), value: t('coresMemory', { count: vm.cpuCount, memory }) });
  }
  if (display !== null) {
    facts.push({
      name: t('display'),
      value: `${String(display.width)} × ${String(display.height)}`,
      more: display.unit ?? '',
    });
  }
  if (vm.modifiedMs > 0) facts.push({ name: t('changed'), value: momentWords(vm.modifiedMs, i18n.language) });
  const digestedMs = known?.digestedMs ?? null;
  if (digestedMs !== null) facts.push({ name: t('lastDigest'), value: momentWords(digestedMs, i18n.language) });
  if (digest !== null) {
    facts.push({
      name: t('digest'),
      value: <Copyable text={digest} shown={`sha256:${shortDigest(digest, 6)}`} label={t('copyDigest')} />,
    });
  }
  return <Facts facts={facts} />;
}

import { formatBytes } from '../../shared/format/bytes.ts';
import { formatDuration } from '../../shared/format/duration.ts';
import type { CopyDocument, CopyTarget } from '../../shared/models/copy.ts';
import { placeName } from '../../shared/models/image-location.ts';
import { referenceLine } from './plan-text.ts';

/** Images whose names are written out; of more only their number. */
const NAMED = 20;

function sourceLines({ sources }: CopyDocument): string[] {
  const lines = sources.slice(0, NAMED).map(({ reference, digest }) => `${reference}  ${digest}`);
  return sources.length <= NAMED ? lines : [...lines, `and ${String(sources.length - NAMED)} more`];
}

function targetLines(target: CopyTarget): string[] {
  const digest = target.manifestDigest === null ? '' : `@${target.manifestDigest}`;
  return [`${placeName(target)}${digest}`, ...target.references.map((state) => `  ${referenceLine(state)}`)];
}

/** A finished copy in words. */
export function copiedText(document: CopyDocument): string {
  const { bytes, seconds, targets } = document;
  return [
    ...sourceLines(document),
    ...targets.flatMap(targetLines),
    `sent ${formatBytes(bytes.uploaded)}, mounted ${formatBytes(bytes.mounted)}, there already ${formatBytes(bytes.present)}; took ${formatDuration(seconds)}`,
  ].join('\n');
}

/** What goes through this computer to one target, and what does not. */
function costLine({ bytes, untriedBytes, hereBytes }: CopyTarget): string {
  const parts = [`streams ${formatBytes(bytes.uploaded)} through this computer`];
  if (hereBytes > 0) parts.push(`${formatBytes(hereBytes)} of it are on this computer`);
  if (bytes.mounted > untriedBytes)
    parts.push(`mounts ${formatBytes(bytes.mounted - untriedBytes)} inside the registry`);
  if (untriedBytes > 0) parts.push(`${formatBytes(untriedBytes)} if the registry does not mount, else 0 B`);
  if (bytes.present > 0) parts.push(`${formatBytes(bytes.present)} there already`);
  return `  ${parts.join('; ')}`;
}

/** The plan of a copy in words. */
export function copyPlanText(document: CopyDocument): string {
  const { bytes, estimatedSeconds } = document;
  const time = estimatedSeconds === null ? '' : `, about ${formatDuration(estimatedSeconds)}`;
  return [
    ...sourceLines(document),
    ...document.targets.flatMap((target) => [...targetLines(target), costLine(target)]),
    `${formatBytes(bytes.uploaded)} will be sent, ${formatBytes(bytes.mounted)} mounted${time}; nothing has been sent yet`,
  ].join('\n');
}

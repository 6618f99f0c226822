import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatDuration } from '../../../shared/format/duration.ts';
import type { CopyDocument, CopyProgress } from '../../../shared/models/copy.ts';
import { placeName } from '../../../shared/models/image-location.ts';
import { type CommandContext, type CommonOptions, call, tellError } from '../command-context.ts';
import { EXIT } from '../exit-status.ts';
import { referenceLine } from '../plan-text.ts';
import type { Terminal } from '../terminal.ts';
import { fromHere } from './push-options.ts';

/** Options of `tartan copy`. */
export interface CopyOptions extends CommonOptions {
  readonly insecure?: boolean;
  readonly concurrency?: number;
  readonly force?: boolean;
}

/** Says each tenth of the bytes of a target once. */
function copyProgress(terminal: Terminal): (progress: CopyProgress) => void {
  let before = '';
  let target = -1;
  let sentBefore = 0;
  return (progress) => {
    if (progress.target !== target) {
      target = progress.target;
      sentBefore = progress.sent;
    }
    if (progress.toSend === 0) return;
    const sent = progress.sent - sentBefore;
    const now = `${target} ${Math.floor((sent / progress.toSend) * 10)}`;
    if (now === before) return;
    before = now;
    const which = progress.targets === 1 ? '' : `target ${target + 1} of ${progress.targets}: `;
    terminal.note(`${which}${formatBytes(sent)} of ${formatBytes(progress.toSend)} sent`);
  };
}

function copiedText({ source, targets, bytes, seconds }: CopyDocument): string {
  return [
    `${source.reference}  ${source.digest}`,
    ...targets.map((target) =>
      [
        `${placeName(target)}@${target.manifestDigest ?? ''}`,
        ...target.references.map((state) => `  ${referenceLine(state)}`),
      ].join('\n'),
    ),
    `sent ${formatBytes(bytes.uploaded)}, mounted ${formatBytes(bytes.mounted)}, there already ${formatBytes(bytes.present)}; took ${formatDuration(seconds)}`,
  ].join('\n');
}

/** `tartan copy SRC DST…`: an image from anywhere to anywhere, its manifest bytes as they are. */
export async function copy(
  context: CommandContext,
  source: string,
  targets: readonly string[],
  options: CopyOptions,
): Promise<number> {
  const copyId = randomUUID();
  const input = {
    copyId,
    // What does not parse is said before anything is asked.
    source: fromHere(source),
    targets: targets.map(fromHere),
    insecure: options.insecure === true,
    concurrency: options.concurrency ?? null,
    force: options.force === true,
  };
  const engine = await context.engine();
  const tell = copyProgress(context.terminal);
  let sent = 0;
  const stop = engine.on('copies.changed', (progress) => {
    if (progress.copyId !== copyId) return;
    sent = progress.sent;
    tell(progress);
  });
  try {
    const document = await call(context, 'images.copy', input);
    context.terminal.out(options.json === true ? JSON.stringify(document, null, 2) : copiedText(document));
    return EXIT.done;
  } catch (thrown) {
    const told = context.signal.aborted ? new AppError('cancelled') : thrown;
    return tellError(context.terminal, told, options.json === true, sent);
  } finally {
    stop();
  }
}

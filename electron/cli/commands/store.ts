import { resolve } from 'node:path';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { StoreImage, StoreProblem, StoreTransfer } from '../../../shared/models/store.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { counted } from '../counted.ts';
import { EXIT } from '../exit-status.ts';
import { tellStoreProgress } from '../store-progress.ts';
import { table } from '../table.ts';

/** `tartan store list`: the images of the local store. */
export async function listStore(context: CommandContext, options: CommonOptions): Promise<undefined> {
  const document = await call(context, 'store.list', null);
  if (options.json === true) {
    context.terminal.out(JSON.stringify(document, null, 2));
    return;
  }
  const { folder, budget, usedBytes, images } = document;
  if (images.length > 0) {
    context.terminal.out(
      table<StoreImage>(
        [
          { title: 'Name', align: 'left', cell: ({ name }) => name ?? '' },
          { title: 'Digest', align: 'left', cell: ({ digest }) => digest.slice(0, 19) },
          { title: 'Size', align: 'right', cell: ({ size }) => formatBytes(size) },
          { title: 'Disk', align: 'right', cell: ({ diskSize }) => (diskSize === null ? '' : formatBytes(diskSize)) },
          { title: 'State', align: 'left', cell: ({ complete }) => (complete ? 'complete' : 'incomplete') },
        ],
        images,
      ),
    );
  }
  const limit = budget === null ? '' : ` of ${formatBytes(budget)}`;
  context.terminal.note(`${counted(images.length, 'image')}, ${formatBytes(usedBytes)}${limit} in ${folder}.`);
}

/** `tartan store tag FROM TO`. */
export async function tagStored(context: CommandContext, from: string, to: string): Promise<undefined> {
  await call(context, 'store.tag', { from, to });
}

/** `tartan store untag NAME…`: the bytes go with `tartan store collect`. */
export async function untagStored(context: CommandContext, names: readonly string[]): Promise<undefined> {
  for (const name of names) await call(context, 'store.untag', { name });
}

/** Options of `tartan store import`. */
export interface ImportOptions extends CommonOptions {
  /** `repository:tag` for the one image that comes. */
  readonly as?: string;
}

/** `tartan store import SOURCE [NAME…]`: from an OCI image layout or an archive. */
export async function importStored(
  context: CommandContext,
  source: string,
  names: readonly string[],
  options: ImportOptions,
): Promise<undefined> {
  const moved = await tellStoreProgress(context, (taskId) =>
    call(context, 'store.import', {
      source: resolve(source),
      images: [...names],
      name: options.as ?? null,
      taskId,
    }),
  );
  tellMoved(context, moved, options, 'in the store');
}

/** Options of `tartan store export`. */
export interface ExportOptions extends CommonOptions {
  readonly archive?: boolean;
}

/** `tartan store export TARGET [NAME…]`: into a folder, or a tar archive where the target's name ends so. */
export async function exportStored(
  context: CommandContext,
  target: string,
  names: readonly string[],
  options: ExportOptions,
): Promise<undefined> {
  const form = options.archive === true || target.endsWith('.tar') ? 'archive' : 'folder';
  const moved = await tellStoreProgress(context, (taskId) =>
    call(context, 'store.export', { images: [...names], target: resolve(target), form, taskId }),
  );
  tellMoved(context, moved, options, `in ${target}`);
}

function tellMoved(context: CommandContext, moved: StoreTransfer, options: CommonOptions, where: string): void {
  if (options.json === true) {
    context.terminal.out(JSON.stringify(moved, null, 2));
    return;
  }
  for (const { name, digest, replaced } of moved.images) {
    context.terminal.out(`${name ?? '-'} ${digest}`);
    if (replaced !== null) context.terminal.note(`${name ?? '-'} was ${replaced} before.`);
  }
  const { files, bytes } = moved.copied;
  context.terminal.note(
    `${counted(moved.images.length, 'image')} ${where}; ${counted(files, 'blob')} copied, ${formatBytes(bytes)}.`,
  );
}

/** `tartan store collect`: frees what no image needs; `--preview` only says what that would be. */
export async function collectStored(
  context: CommandContext,
  options: CommonOptions & { readonly preview?: boolean },
): Promise<undefined> {
  const found = await call(context, 'store.collect', { preview: options.preview === true });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(found, null, 2));
    return;
  }
  const { images, blobs, leftovers, spared } = found;
  for (const { repository, digest } of images) context.terminal.out(`${repository}@${digest}`);
  const freed = formatBytes(blobs.bytes + leftovers.bytes);
  const files = counted(blobs.files + leftovers.files, 'file');
  context.terminal.note(found.preview ? `${freed} in ${files} would be freed.` : `${freed} in ${files} freed.`);
  if (spared.files > 0) {
    context.terminal.note(
      `${formatBytes(spared.bytes)} in files younger than a day (${spared.files}) stay: an image may be about to name them.`,
    );
  }
}

/** Options of `tartan store check`. */
export interface CheckOptions extends CommonOptions {
  readonly repair?: boolean;
  readonly from?: string[];
  readonly insecure?: boolean;
}

/** `tartan store check`: reads every blob. Exit status 1 if something is wrong in the end. */
export async function checkStored(context: CommandContext, options: CheckOptions): Promise<number> {
  const found = await tellStoreProgress(context, (taskId) =>
    call(context, 'store.check', {
      repair: options.repair === true || options.from !== undefined,
      from: options.from ?? [],
      insecure: options.insecure === true,
      taskId,
    }),
  );
  if (options.json === true) {
    context.terminal.out(JSON.stringify(found, null, 2));
  } else {
    if (found.problems.length > 0) {
      context.terminal.out(
        table<StoreProblem>(
          [
            { title: 'Problem', align: 'left', cell: ({ problem }) => problem },
            {
              title: 'Now',
              align: 'left',
              cell: ({ repaired, reason }) => (repaired ? 'repaired' : (reason ?? 'as it was')),
            },
            { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
            { title: 'Images', align: 'left', cell: ({ images }) => images.join(' ') },
          ],
          found.problems,
        ),
      );
    }
    context.terminal.note(
      `${counted(found.blobs, 'blob')}, ${formatBytes(found.bytes)} read; ${counted(found.problems.length, 'problem')}, ${found.problems.filter(({ repaired }) => repaired).length} repaired.`,
    );
  }
  return found.ok ? EXIT.done : EXIT.failed;
}

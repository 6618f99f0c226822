import { formatBytes } from '../../../shared/format/bytes.ts';
import type { StoreImage } from '../../../shared/models/store.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
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
  context.terminal.note(`${images.length} images, ${formatBytes(usedBytes)}${limit} in ${folder}.`);
}

/** `tartan store tag FROM TO`. */
export async function tagStored(context: CommandContext, from: string, to: string): Promise<undefined> {
  await call(context, 'store.tag', { from, to });
}

/** `tartan store untag NAME…`: the bytes go with `tartan store collect`. */
export async function untagStored(context: CommandContext, names: readonly string[]): Promise<undefined> {
  for (const name of names) await call(context, 'store.untag', { name });
}

import { AppError } from '../../../shared/errors/app-error.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { counted } from '../counted.ts';
import { table } from '../table.ts';
import { findVm } from './push-options.ts';

/** As much of an id as a list shows; commands take any beginning that fits one snapshot. */
const SHOWN = 8;

const KEPT_FOR: Readonly<Record<Snapshot['keptFor'], string>> = {
  pin: 'pinned',
  job: 'a push that is not over',
  base: 'the next push',
};

/** `tartan snapshots list [VM]`: the snapshots that are kept, and what each holds alone. */
export async function listSnapshots(
  context: CommandContext,
  name: string | undefined,
  options: CommonOptions,
): Promise<undefined> {
  const snapshots = await call(context, 'snapshots.list', { vmId: name === undefined ? null : `vm:${name}` });
  // A VM that was deleted may have left some; one that never was has none.
  if (name !== undefined && snapshots.length === 0) findVm(await call(context, 'vms.list', null), name);
  if (options.json === true) {
    context.terminal.out(JSON.stringify(snapshots, null, 2));
    return;
  }
  if (snapshots.length > 0) {
    context.terminal.out(
      table<Snapshot>(
        [
          { title: 'Id', align: 'left', cell: ({ id }) => id.slice(0, SHOWN) },
          { title: 'VM', align: 'left', cell: ({ vmName }) => vmName },
          { title: 'Made', align: 'left', cell: ({ madeMs }) => new Date(madeMs).toISOString() },
          { title: 'Disk', align: 'right', cell: ({ rawSize }) => formatBytes(rawSize) },
          { title: 'Only here', align: 'right', cell: ({ onlyHere }) => formatBytes(onlyHere) },
          { title: 'Kept for', align: 'left', cell: ({ keptFor }) => KEPT_FOR[keptFor] },
        ],
        snapshots,
      ),
    );
  }
  const only = snapshots.reduce((sum, { onlyHere }) => sum + onlyHere, 0);
  context.terminal.note(`${counted(snapshots.length, 'snapshot')}, ${formatBytes(only)} held by them alone.`);
}

/** The snapshot whose id begins so. @throws AppError `snapshot.notFound` where none or several do */
export async function findSnapshot(context: CommandContext, id: string): Promise<Snapshot> {
  const found = (await call(context, 'snapshots.list', { vmId: null })).filter((one) => one.id.startsWith(id));
  const [first, ...more] = found;
  if (first === undefined || more.length > 0) throw new AppError('snapshot.notFound', { id });
  return first;
}

/** `tartan snapshots pin ID…` and `unpin ID…`. */
export async function pinSnapshots(
  context: CommandContext,
  ids: readonly string[],
  pinned: boolean,
  options: CommonOptions,
): Promise<undefined> {
  const changed: string[] = [];
  for (const id of ids) {
    const snapshot = await findSnapshot(context, id);
    await call(context, 'snapshots.pin', { id: snapshot.id, pinned });
    changed.push(snapshot.id);
    if (!pinned && snapshot.pinAlone) context.terminal.note(`${id} was kept by its pin alone: it is dropped.`);
  }
  if (options.json !== true) return;
  const now = await call(context, 'snapshots.list', { vmId: null });
  const kept = now.filter(({ id }) => changed.includes(id));
  context.terminal.out(JSON.stringify(kept, null, 2));
}

/** `tartan snapshots drop ID…`. */
export async function dropSnapshots(
  context: CommandContext,
  ids: readonly string[],
  options: CommonOptions,
): Promise<undefined> {
  const dropped: Snapshot[] = [];
  for (const id of ids) {
    const snapshot = await findSnapshot(context, id);
    await call(context, 'snapshots.drop', { id: snapshot.id });
    dropped.push(snapshot);
    context.terminal.note(`${snapshot.vmName}: ${formatBytes(snapshot.onlyHere)} freed.`);
  }
  if (options.json === true) context.terminal.out(JSON.stringify(dropped, null, 2));
}

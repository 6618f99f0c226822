import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from './command-context.ts';
import { dropSnapshots, listSnapshots, pinSnapshots } from './commands/snapshots.ts';

/** `tartan snapshots …` */
export function addSnapshotCommands(
  program: Command,
  context: CommandContext,
  finish: (options: CommonOptions, work: () => Promise<number | undefined>) => Promise<void>,
): void {
  const snapshots = program
    .command('snapshots')
    .description('snapshots of VMs that pushes read, and what they hold alone');
  snapshots
    .command('list')
    .description('the snapshots that are kept')
    .argument('[vm]', 'a local VM')
    .option('--json', 'print one JSON document')
    .action((vm: string | undefined, options: CommonOptions) =>
      finish(options, () => listSnapshots(context, vm, options)),
    );
  for (const pinned of [true, false]) {
    snapshots
      .command(pinned ? 'pin' : 'unpin')
      .description(pinned ? 'keep snapshots, whatever the budget says' : 'let the budget decide again')
      .argument('<id...>', 'an id as the list shows it')
      .option('--json', 'print one JSON document')
      .action((ids: string[], options: CommonOptions) =>
        finish(options, () => pinSnapshots(context, ids, pinned, options)),
      );
  }
  snapshots
    .command('drop')
    .description('remove snapshots')
    .argument('<id...>', 'an id as the list shows it')
    .option('--json', 'print one JSON document')
    .action((ids: string[], options: CommonOptions) => finish(options, () => dropSnapshots(context, ids, options)));
}

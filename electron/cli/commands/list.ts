import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { errorSentence } from '../error-words.ts';
import { table } from '../table.ts';

function nameOf(vm: Vm): string {
  if (vm.kind === 'vm') return vm.name;
  return vm.tags.length > 0 ? vm.tags.map((tag) => `${vm.name}:${tag}`).join(', ') : `${vm.name}@${vm.digest ?? ''}`;
}

function sizeOf(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? '' : formatBytes(bytes);
}

/** `tartan list`: local VMs and cached images with state and sizes. */
export async function list(context: CommandContext, options: CommonOptions): Promise<undefined> {
  const document = await call(context, 'vms.list', null);
  if (options.json === true) {
    context.terminal.out(JSON.stringify(document, null, 2));
    return;
  }
  if (document.vms.length === 0) {
    context.terminal.note(`No VM found in ${document.tartHome}.`);
    return;
  }
  context.terminal.out(
    table<Vm>(
      [
        { title: 'Source', align: 'left', cell: ({ kind }) => (kind === 'vm' ? 'local' : 'OCI') },
        { title: 'Name', align: 'left', cell: nameOf },
        { title: 'Disk', align: 'right', cell: ({ sizes }) => sizeOf(sizes?.logical) },
        { title: 'Used', align: 'right', cell: ({ sizes }) => sizeOf(sizes?.allocated) },
        { title: 'Shared', align: 'right', cell: ({ sizes }) => sizeOf(sizes?.shared) },
        { title: 'State', align: 'left', cell: ({ state, defect }) => (defect === null ? state : 'cannot be pushed') },
      ],
      document.vms,
    ),
  );
  for (const { defect } of document.vms) if (defect !== null) context.terminal.note(errorSentence(defect));
}

import { Folder, FolderOpen, GitCompare, GripVertical, Hash, SquareTerminal, Tag, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PLAIN_PUSH } from '../../../shared/models/push-options.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { useClient } from '../../state/client.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuCommand, MenuGroups } from '../../ui/context-menu.tsx';
import { IS_MAC, shortcutWords } from '../../ui/shortcut.ts';
import { compareImages } from '../compare/compare-start.ts';
import { pickUp } from '../drag/drag-store.ts';
import { commandName, pushCommand } from '../push/push-command.ts';
import { useJobs } from '../transfers/job-mirror-context.ts';
import { vmTitle } from './vm-title.ts';

/** The commands of a VM or cached image, for its menus. */
export function useVmCommands(onPush: (vm: Vm) => void): (vm: Vm) => MenuGroups {
  const { t } = useTranslation('panes');
  const { t: compare } = useTranslation('compare');
  const client = useClient();
  const copy = useCopy();
  const jobs = useJobs((state) => state.jobs);
  return (vm) => {
    const command = (id: MenuCommand['id'], rest: Omit<MenuCommand, 'id'>): MenuCommand => ({ id, ...rest });
    const last = jobs.find(({ vmId }) => vmId === vm.id);
    const push =
      vm.defect === null
        ? [
            command('push', {
              label: t('push'),
              icon: Upload,
              shortcut: shortcutWords({ key: 'P' }, IS_MAC),
              act: () => onPush(vm),
            }),
            command('pickUp', {
              label: t('pickUp'),
              icon: GripVertical,
              act: () => pickUp({ kind: 'vm', vm }, 'keyboard'),
            }),
          ]
        : [];
    const beside =
      vm.defect === null
        ? [
            command('compare', {
              label: compare('compareWith'),
              icon: GitCompare,
              act: () => compareImages({ kind: 'vm', name: vm.id }, null),
            }),
          ]
        : [];
    const { digest } = vm;
    const copies = [
      vm.kind === 'vm'
        ? command('copyName', { label: t('copyName'), icon: Tag, act: () => copy(vm.name) })
        : command('copyReference', { label: t('copyReference'), icon: Tag, act: () => copy(vmTitle(vm)) }),
      ...(digest === null
        ? []
        : [command('copyDigest', { label: t('copyDigest'), icon: Hash, act: () => copy(digest) })]),
      ...(last === undefined || vm.defect !== null
        ? []
        : [
            command('copyCommand', {
              label: t('copyCommand'),
              icon: SquareTerminal,
              act: () => {
                copy(
                  pushCommand(commandName(vm), {
                    references: last.references,
                    ...PLAIN_PUSH,
                  }),
                );
              },
            }),
          ]),
    ];
    const files = [
      command('copyPath', { label: t('copyPath'), icon: Folder, act: () => copy(vm.folder) }),
      command('reveal', {
        label: t(IS_MAC ? 'revealFinder' : 'reveal'),
        icon: FolderOpen,
        // A VM that went meanwhile is gone from the list as well.
        act: () => void client.call('app.revealVm', { vmId: vm.id }).catch(() => undefined),
      }),
    ];
    return [push, beside, copies, files];
  };
}

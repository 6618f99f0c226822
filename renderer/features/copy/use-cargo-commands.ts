import { Copy, GripVertical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MenuCommand } from '../../ui/context-menu.tsx';
import { IS_MAC, shortcutWords } from '../../ui/shortcut.ts';
import type { ImageCargo } from '../drag/cargo.ts';
import { pickUp } from '../drag/drag-store.ts';
import { copyTo } from './copy-start.ts';

/** The commands that bring images elsewhere: by a dialog, or carried with the keyboard. */
export function useCargoCommands(): (cargo: ImageCargo) => readonly MenuCommand[] {
  const { t } = useTranslation('copy');
  return (cargo) => [
    {
      id: 'copyTo',
      label: t('copyTo'),
      icon: Copy,
      shortcut: shortcutWords({ key: 'C', shift: true }, IS_MAC),
      act: () => copyTo(cargo),
    },
    { id: 'pickUp', label: t('pickUp'), icon: GripVertical, act: () => pickUp(cargo, 'keyboard') },
  ];
}

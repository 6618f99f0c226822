import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../../shared/contract/events.ts';
import type { HostWords } from './host-words.ts';

/** What the menu bar is made of. */
export interface MenuFacts {
  readonly platform: NodeJS.Platform;
  readonly words: HostWords;
  readonly packaged: boolean;
  /** Carries a command to the window. */
  readonly send: (command: EventPayload<'app.command'>) => void;
  readonly openLink: (url: string) => void;
}

type Item = MenuItemConstructorOptions;
const SEPARATOR: Item = { type: 'separator' };

function appMenu({ words, send }: MenuFacts): Item {
  return {
    label: 'Tartan',
    submenu: [
      { role: 'about', label: words.about },
      SEPARATOR,
      { label: words.settings, accelerator: 'Command+,', click: () => send('settings') },
      SEPARATOR,
      { role: 'services', label: words.services },
      SEPARATOR,
      { role: 'hide', label: words.hide },
      { role: 'hideOthers', label: words.hideOthers },
      { role: 'unhide', label: words.showAll },
      SEPARATOR,
      { role: 'quit', label: words.quit },
    ],
  };
}

function fileMenu({ platform, words, send }: MenuFacts): Item {
  const rest: Item[] =
    platform === 'darwin'
      ? [{ role: 'close', label: words.close }]
      : [
          { label: words.settings, accelerator: 'Ctrl+,', click: () => send('settings') },
          SEPARATOR,
          { role: 'quit', label: words.quit },
        ];
  return {
    label: words.file,
    submenu: [
      { label: words.push, accelerator: 'CommandOrControl+P', click: () => send('push') },
      { label: words.copyTo, accelerator: 'CommandOrControl+Shift+C', click: () => send('copyTo') },
      SEPARATOR,
      ...rest,
    ],
  };
}

function editMenu({ words }: MenuFacts): Item {
  return {
    label: words.edit,
    submenu: [
      { role: 'undo', label: words.undo },
      { role: 'redo', label: words.redo },
      SEPARATOR,
      { role: 'cut', label: words.cut },
      { role: 'copy', label: words.copy },
      { role: 'paste', label: words.paste },
      { role: 'selectAll', label: words.selectAll },
    ],
  };
}

function viewMenu({ words, packaged, send }: MenuFacts): Item {
  const development: Item[] = packaged
    ? []
    : [SEPARATOR, { role: 'reload', label: words.reload }, { role: 'toggleDevTools', label: words.devTools }];
  return {
    label: words.view,
    submenu: [
      { label: words.search, accelerator: 'CommandOrControl+K', click: () => send('palette') },
      SEPARATOR,
      { label: words.focusLocal, accelerator: 'CommandOrControl+1', click: () => send('focusLocal') },
      { label: words.focusRegistries, accelerator: 'CommandOrControl+2', click: () => send('focusRegistries') },
      { label: words.focusDetail, accelerator: 'CommandOrControl+3', click: () => send('focusDetail') },
      SEPARATOR,
      { label: words.savings, accelerator: 'CommandOrControl+4', click: () => send('savings') },
      { label: words.compare, accelerator: 'CommandOrControl+5', click: () => send('compare') },
      SEPARATOR,
      { label: words.toggleLocal, accelerator: 'Alt+CommandOrControl+1', click: () => send('toggleLocal') },
      { label: words.toggleDrawer, accelerator: 'CommandOrControl+J', click: () => send('toggleDrawer') },
      SEPARATOR,
      { role: 'togglefullscreen', label: words.fullScreen },
      ...development,
    ],
  };
}

function windowMenu({ words }: MenuFacts): Item {
  return {
    label: words.window,
    role: 'windowMenu',
    submenu: [
      { role: 'minimize', label: words.minimize },
      { role: 'zoom', label: words.zoom },
      SEPARATOR,
      { role: 'front', label: words.front },
    ],
  };
}

/** The menu bar in the order of the platform. */
export function menuTemplate(facts: MenuFacts): Item[] {
  const { words, openLink, send } = facts;
  const mac = facts.platform === 'darwin';
  return [
    ...(mac ? [appMenu(facts)] : []),
    fileMenu(facts),
    editMenu(facts),
    viewMenu(facts),
    ...(mac ? [windowMenu(facts)] : []),
    {
      label: words.help,
      role: 'help',
      submenu: [
        { label: words.tryIt, click: () => send('tryIt') },
        SEPARATOR,
        { label: words.website, click: () => openLink('https://tart.run/') },
        ...(mac ? [] : [{ role: 'about' as const, label: words.about }]),
      ],
    },
  ];
}

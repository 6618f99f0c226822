import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { hostLanguage, hostWords, systemLanguageOf } from './host-words.ts';
import { menuTemplate } from './menu.ts';

function itemsOf(template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []));
}

function templateOf(platform: NodeJS.Platform, packaged: boolean, sent: string[] = []): MenuItemConstructorOptions[] {
  return menuTemplate({
    platform,
    packaged,
    words: hostWords('en'),
    send: (command) => void sent.push(command),
    openLink: (url) => void sent.push(url),
  });
}

describe('the menu bar', () => {
  it('has the menus of its platform', () => {
    expect({
      mac: templateOf('darwin', true).map((menu) => menu.label),
      linux: templateOf('linux', true).map((menu) => menu.label),
    }).toEqual({
      mac: ['Tartan', 'File', 'Edit', 'View', 'Window', 'Help'],
      linux: ['File', 'Edit', 'View', 'Help'],
    });
  });

  it.each(['darwin', 'linux', 'win32'] as const)('on %s sends each command once, with its keys', (platform) => {
    const sent: string[] = [];
    const items = itemsOf(templateOf(platform, true, sent)).filter((item) => item.click !== undefined);
    // Our own clicks take none of what Electron passes.
    for (const item of items) (item.click as () => void)();
    const keys = items.map((item) => (item.accelerator ?? '').replace('CommandOrControl', 'Mod'));

    expect(new Map(sent.map((command, index) => [command, keys[index]]))).toEqual(
      new Map([
        ['settings', platform === 'darwin' ? 'Command+,' : 'Ctrl+,'],
        ['push', 'Mod+P'],
        ['copyTo', 'Mod+Shift+C'],
        ['palette', 'Mod+K'],
        ['focusLocal', 'Mod+1'],
        ['focusRegistries', 'Mod+2'],
        ['focusDetail', 'Mod+3'],
        ['savings', 'Mod+4'],
        ['compare', 'Mod+5'],
        ['toggleLocal', 'Alt+Mod+1'],
        ['toggleDrawer', 'Mod+J'],
        ['tryIt', ''],
        ['https://tart.run/', ''],
      ]),
    );
    const pressed = keys.filter((key) => key !== '');
    expect(new Set(pressed).size).toBe(pressed.length);
  });

  it('has developer tools only in a checkout', () => {
    const hasTools = (packaged: boolean): boolean =>
      itemsOf(templateOf('linux', packaged)).some((item) => item.role === 'toggleDevTools' || item.role === 'reload');
    expect([hasTools(true), hasTools(false)]).toEqual([false, true]);
  });

  it('speaks the chosen language, else the system’s', () => {
    expect([
      hostLanguage('en', 'zh-CN'),
      hostLanguage('zh-CN', 'en-GB'),
      hostLanguage('system', 'zh-Hans-CN'),
      hostLanguage('system', 'de'),
      [systemLanguageOf(['c', 'de_DE', 'zh-hans-cn']), systemLanguageOf([])],
      hostWords('zh-CN').quitQuestion(2),
      hostWords('en').quitQuestion(1),
      Object.keys(hostWords('zh-CN')).sort(),
    ]).toEqual([
      'en',
      'zh-CN',
      'zh-CN',
      'en',
      ['zh-Hans-CN', 'en'],
      '还有 2 个传输正在进行。',
      'A transfer is still running.',
      Object.keys(hostWords('en')).sort(),
    ]);
  });
});

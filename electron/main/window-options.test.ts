import { describe, expect, it } from 'vitest';
import { openingBounds } from './window-bounds.ts';
import { createWindowOptions, titleBarOverlay } from './window-options.ts';

const FACTS = {
  platform: 'linux',
  theme: 'light',
  bounds: { width: 1440, height: 900 },
  preload: '/p/preload.cjs',
  packaged: true,
} as const;

describe('the window', () => {
  it('is sandboxed and isolated, with nothing of Node and no developer tools once packaged', () => {
    expect(createWindowOptions(FACTS).webPreferences).toEqual({
      preload: '/p/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: false,
    });
    expect(createWindowOptions({ ...FACTS, packaged: false }).webPreferences?.devTools).toBe(true);
  });

  it('has the controls of its platform and is painted in its theme before the page is', () => {
    const linux = createWindowOptions(FACTS);
    const mac = createWindowOptions({ ...FACTS, platform: 'darwin', theme: 'dark' });
    expect([
      [linux.titleBarStyle, linux.titleBarOverlay, linux.backgroundColor, linux.show],
      [mac.titleBarStyle, mac.trafficLightPosition, mac.backgroundColor],
    ]).toEqual([
      ['hidden', titleBarOverlay('light'), '#ffffff', false],
      ['hiddenInset', { x: 14, y: 14 }, '#1a1c1f'],
    ]);
  });
});

describe('the bounds of the window', () => {
  const screen = { x: 0, y: 25, width: 1920, height: 1055 };
  const second = { x: 1920, y: 0, width: 1280, height: 1024 };
  const saved = { x: 100, y: 100, width: 1200, height: 800, maximized: false };

  it.each([
    ['the remembered ones', saved, [screen], { x: 100, y: 100, width: 1200, height: 800 }],
    ['on a second display', { ...saved, x: 2000 }, [screen, second], { x: 2000, y: 100, width: 1200, height: 800 }],
    ['the default ones when that display is gone', { ...saved, x: 2000 }, [screen], { width: 1440, height: 900 }],
    [
      'the default ones when the title bar is above the display',
      { ...saved, y: -40 },
      [screen],
      { width: 1440, height: 900 },
    ],
    ['as large as a small display', null, [{ x: 0, y: 0, width: 1280, height: 720 }], { width: 1280, height: 720 }],
    ['never under the least size', null, [{ x: 0, y: 0, width: 800, height: 500 }], { width: 960, height: 600 }],
    ['the default ones without a display', null, [], { width: 1440, height: 900 }],
  ])('are %s', (_name, state, areas, expected) => {
    expect(openingBounds(state, areas)).toEqual(expected);
  });
});

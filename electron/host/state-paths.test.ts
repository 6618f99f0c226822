import { describe, expect, it } from 'vitest';
import { cacheHomeOf, stateHomeOf, tartHomeOf } from './state-paths.ts';

describe('places of state', () => {
  it.each([
    ['the chosen folder', { TARTAN_HOME: '/data/tartan' }, 'linux', '/data/tartan'],
    ['Application Support', {}, 'darwin', '/home/kim/Library/Application Support/Tartan'],
    ['the data folder of the desktop', {}, 'linux', '/home/kim/.local/share/tartan'],
    ['XDG_DATA_HOME', { XDG_DATA_HOME: '/xdg' }, 'linux', '/xdg/tartan'],
    ['the home folder when the variable is empty', { TARTAN_HOME: '' }, 'linux', '/home/kim/.local/share/tartan'],
  ] as const)('are in %s', (_name, env, platform, expected) => {
    expect(stateHomeOf({ env, platform, home: '/home/kim' })).toBe(expected);
  });

  it('keeps what can be made again where the platform does', () => {
    const on = (platform: NodeJS.Platform, env = {}): string => cacheHomeOf({ env, platform, home: '/home/kim' });
    expect([on('linux'), on('linux', { XDG_CACHE_HOME: '/quick' }), on('darwin')]).toEqual([
      '/home/kim/.cache/tartan',
      '/quick/tartan',
      '/home/kim/Library/Caches/Tartan',
    ]);
  });

  it('finds Tart where Tart finds itself', () => {
    const facts = { platform: 'darwin', home: '/Users/kim' } as const;
    expect([tartHomeOf({ ...facts, env: {} }), tartHomeOf({ ...facts, env: { TART_HOME: '/Volumes/VMs' } })]).toEqual([
      '/Users/kim/.tart',
      '/Volumes/VMs',
    ]);
  });
});

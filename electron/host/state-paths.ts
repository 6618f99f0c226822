import { join, resolve } from 'node:path';
import type { HostFacts } from './host-facts.ts';

function variable(facts: HostFacts, name: string): string | null {
  const value = facts.env[name];
  return value === undefined || value === '' ? null : value;
}

/** The app's own state folder: `TARTAN_HOME`, else the platform's place for an app's data. Absolute. */
export function stateHomeOf(facts: HostFacts): string {
  const chosen = variable(facts, 'TARTAN_HOME');
  if (chosen !== null) return resolve(chosen);
  switch (facts.platform) {
    case 'darwin':
      return join(facts.home, 'Library', 'Application Support', 'Tartan');
    case 'win32':
      return join(variable(facts, 'LOCALAPPDATA') ?? join(facts.home, 'AppData', 'Local'), 'Tartan');
    default:
      return join(variable(facts, 'XDG_DATA_HOME') ?? join(facts.home, '.local', 'share'), 'tartan');
  }
}

/** The platform's place for what an app can make again, with a folder of our own in it. Absolute. */
export function cacheHomeOf(facts: HostFacts): string {
  switch (facts.platform) {
    case 'darwin':
      return join(facts.home, 'Library', 'Caches', 'Tartan');
    case 'win32':
      return join(variable(facts, 'LOCALAPPDATA') ?? join(facts.home, 'AppData', 'Local'), 'Tartan', 'Cache');
    default:
      return join(variable(facts, 'XDG_CACHE_HOME') ?? join(facts.home, '.cache'), 'tartan');
  }
}

/**
 * Tart's root: `TART_HOME`, else `~/.tart`, as Tart itself finds it. An app that is started from the desktop does not see
 * what a shell exports; the setting `tartHome`, which the engine reads, wins over both.
 */
export function tartHomeOf(facts: HostFacts): string {
  const chosen = variable(facts, 'TART_HOME');
  return chosen === null ? join(facts.home, '.tart') : resolve(chosen);
}

import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder for what is fetched once and serves every checkout. */
export function cacheFolder() {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'tartan');
    case 'win32':
      return join(process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'tartan');
    default:
      return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tartan');
  }
}

import { mkdirSync } from 'node:fs';
import { type StartedState, startState } from '../engine/state/state-start.ts';
import { enginePaths } from './engine-paths.ts';
import { forkNodeHelper } from './fork-helper.ts';
import { HelperAhead } from './helper-ahead.ts';
import type { Environment } from './host-facts.ts';

/** Commands that read a VM and remember what they read. */
const READING = new Set(['push', 'plan']);

/** What starts on another core while the command line still loads. */
export interface StartedAhead {
  readonly helpers: HelperAhead;
  /** Null where the command may not want it. */
  readonly state: StartedState | null;
}

/**
 * Starts what a command will wait for: the thread of the state, and the process that locks the VM. Only for commands that want
 * both in any case, and a name without slashes: cached images are not locked.
 *
 * @param builtFolder where workers and helper lie
 * @param args the command and what follows it
 */
export function startAhead(builtFolder: string, args: readonly string[], environment: Environment): StartedAhead {
  const helpers = new HelperAhead(forkNodeHelper);
  const [command = '', name = ''] = args;
  if (!READING.has(command) || !/^[^-/][^/]*$/.test(name) || args.includes('--help') || args.includes('-h'))
    return { helpers, state: null };
  const paths = enginePaths(builtFolder, environment);
  try {
    mkdirSync(paths.stateHome, { recursive: true });
  } catch {
    // The engine says it in its own words.
    return { helpers, state: null };
  }
  helpers.start(paths.lockHelper);
  return { helpers, state: startState(paths.stateWorker, { directory: paths.stateHome, nowMs: Date.now() }) };
}

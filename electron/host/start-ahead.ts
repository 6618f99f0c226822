import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startCodecWorker } from '../engine/codec/codec-start.ts';
import { makeFolderSync } from '../engine/make-folder.ts';
import { STATE_FILE } from '../engine/state/state-file-name.ts';
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
  /**
   * Starts a codec worker where surely something is to be read, because nothing was ever seen. Called once the command line
   * is loaded: before, it would take the processor from what comes first.
   */
  readonly startCodec: () => readonly Worker[];
}

/**
 * Starts what a command will wait for: the thread of the state, the process that locks the VM, and, where there is no state
 * yet, a thread that reads. Only for commands that want them in any case, and a name without slashes: cached images are not
 * locked.
 *
 * @param builtFolder where workers and helper lie
 * @param args the command and what follows it
 */
export function startAhead(builtFolder: string, args: readonly string[], environment: Environment): StartedAhead {
  const helpers = new HelperAhead(forkNodeHelper);
  const [command = '', name = ''] = args;
  if (!READING.has(command) || !/^[^-/][^/]*$/.test(name) || args.includes('--help') || args.includes('-h'))
    return { helpers, state: null, startCodec: () => [] };
  const paths = enginePaths(builtFolder, environment);
  try {
    makeFolderSync(paths.stateHome);
  } catch {
    // The engine says it in its own words.
    return { helpers, state: null, startCodec: () => [] };
  }
  const first = !existsSync(join(paths.stateHome, STATE_FILE));
  helpers.start(paths.lockHelper);
  const state = startState(paths.stateWorker, { directory: paths.stateHome, nowMs: Date.now() });
  return { helpers, state, startCodec: () => (first ? [startCodecWorker(paths.codecWorker, paths.codecWasm)] : []) };
}

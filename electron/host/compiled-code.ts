import { createRequire, Module } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { constants } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { CodeCache } from './code-cache.ts';
import { hostFacts } from './host-facts.ts';
import { cacheHomeOf } from './state-paths.ts';

/**
 * Loaded before everything else by the command line and by the workers: what stands beside this file is loaded with the
 * code that V8 compiled at an earlier start, which takes a fifth of a start away. Node does it by itself from 22.1 on
 * (`module.enableCompileCache`). Not in the app: its archive is checked by the fuses, and code from a folder of the user's
 * would not be.
 */

/** A process that lived so long has run more functions than most: what it has is kept where a shorter one's was. Milliseconds. */
const SEASONED_MS = 3000;
/** One that ends later keeps its code at this time: soon after, its flags are others (see small-heap.ts). Milliseconds. */
const LATEST_MS = 7500;

/** What Node's own loader gives a module's text to; it has no type and no other name since Node's first days. */
interface CompilingModule {
  _compile: (this: Module, text: string, file: string) => unknown;
}

type Body = (
  this: unknown,
  exports: unknown,
  require: NodeJS.Require,
  module: Module,
  file: string,
  folder: string,
) => unknown;

/** The program's name and, for the command line, which command: one uses other modules and functions than the next. */
function roleOf(file: string | undefined, args: readonly string[]): string {
  const program = basename(file ?? 'program', '.cjs');
  const command = args.find((arg) => /^[a-z]{1,20}$/.test(arg));
  return isMainThread && command !== undefined ? `${program}-${command}` : program;
}

function install(cache: CodeCache, folder: string): void {
  // Node documents no hook for CommonJS before version 23; tools hook in here since there are any.
  const loader = Module.prototype as unknown as CompilingModule;
  const compileAsUsual = loader._compile;
  loader._compile = function compile(text, file) {
    if (dirname(file) !== folder) return compileAsUsual.call(this, text, file);
    const script = cache.compile(file, Module.wrap(text), {
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    // The wrapper's own signature.
    const body = script.runInThisContext() as Body;
    return body.call(this.exports, this.exports, createRequire(file), this, file, folder);
  };
}

function start(): void {
  if ('electron' in process.versions) return;
  const folder = join(cacheHomeOf(hostFacts(process.env)), 'compiled-code');
  // Newer than the Node whose types are used here.
  const { enableCompileCache } = Module as unknown as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache !== undefined) {
    enableCompileCache(folder);
    return;
  }
  const [, program, ...args] = process.argv;
  const version = cachedDataVersionTag();
  const cache = new CodeCache(folder, roleOf(program, args), version);
  install(cache, __dirname);
  const startedMs = performance.now();
  const keep = (): void => {
    // Of code that was made under other flags V8 would take none at the next start.
    if (cachedDataVersionTag() === version) cache.keep(performance.now() - startedMs >= SEASONED_MS);
  };
  setTimeout(keep, LATEST_MS).unref();
  process.on('exit', keep);
}

start();

import { Module } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** A process that lived so long has started its threads, kept its compiled code and is at work. Milliseconds. */
const LONG_MS = 8000;

/**
 * Makes V8 prefer a small heap to few collections in a process that lives long. A push makes garbage as long as it runs, and
 * V8 lets the main thread's heap grow to twice its size before it collects: 20 MB that a push of five minutes takes more
 * than one of seven seconds, so that memory would grow with the disk.
 *
 * Not from the start: V8 takes no compiled code, not even Node's own, that was made under other flags, which costs each
 * start 50 ms. Nor as an option of Node: the command line is started by its file alone.
 */
export function keepHeapSmall(): void {
  setTimeout(() => {
    // Newer than the Node whose types are used here. What it would write at the end could not be used.
    const { flushCompileCache } = Module as unknown as { flushCompileCache?: () => void };
    flushCompileCache?.();
    setFlagsFromString('--optimize-for-size');
  }, LONG_MS).unref();
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toAppError } from '../../shared/errors/app-error.ts';
import { createEngine } from '../engine/engine.ts';
import type { Engine } from '../engine/engine-interface.ts';
import { endState } from '../engine/state/state-start.ts';
import type { StartedAhead } from '../host/start-ahead.ts';
import { cliPorts } from './cli-ports.ts';
import type { CommandContext } from './command-context.ts';
import { errorSentence } from './error-words.ts';
import { EXIT } from './exit-status.ts';
import { runProgram } from './program.ts';
import { ToldRetries } from './retry-text.ts';
import { processTerminal, type Terminal } from './terminal.ts';

function productVersion(builtFolder: string): string {
  const text = readFileSync(join(builtFolder, '..', '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/**
 * Runs the command that the process was started with, and leaves its status in `process.exitCode`.
 *
 * @param builtFolder where workers, helper and codec lie
 */
export async function runCommandLine(builtFolder: string, ahead: StartedAhead): Promise<void> {
  // Set in a callback, which the flow analysis does not follow.
  const answer = { lost: false };
  const fail = (thrown: unknown): void => {
    process.stderr.write(`${errorSentence(toAppError(thrown))}\n`);
    process.exitCode = EXIT.failed;
  };
  const terminal = processTerminal((error) => {
    if (!answer.lost) fail(error);
    answer.lost = true;
  });
  try {
    const status = await main(builtFolder, ahead, terminal);
    // What was done and cannot be read by whoever asked has failed.
    if (!answer.lost || status !== EXIT.done) process.exitCode = status;
  } catch (thrown) {
    fail(thrown);
  }
}

async function main(
  builtFolder: string,
  { helpers, state, startCodec }: StartedAhead,
  terminal: Terminal,
): Promise<number> {
  const codec = startCodec();
  const interruption = new AbortController();
  const interrupt = (): void => {
    // The second Ctrl-C does not wait for sessions to be closed.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let opened: Promise<Engine> | null = null;
  const ports = { ...cliPorts(builtFolder, helpers.fork), startedState: state, startedCodec: codec };
  const told = new ToldRetries((line) => terminal.note(line));
  const context: CommandContext = {
    terminal,
    signal: interruption.signal,
    engine: () =>
      (opened ??= createEngine(ports).then((engine) => {
        engine.on('registries.retrying', ({ retry }) => told.tell(retry));
        return engine;
      })),
    expectLock: () => helpers.start(ports.paths.lockHelper),
  };
  try {
    return await runProgram(process.argv.slice(2), context, productVersion(builtFolder));
  } finally {
    // Assigned in a callback, which the flow analysis does not follow.
    const engine = opened as Promise<Engine> | null;
    // One that could not be opened has told so already.
    if (engine !== null) await engine.then((open) => open.close()).catch(() => undefined);
    helpers.close();
    // An engine that was opened has closed them.
    const unused = state === null ? undefined : endState(state);
    await Promise.all([unused, ...codec.map((worker) => worker.terminate())]);
  }
}

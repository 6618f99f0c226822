import type { EngineMethodName, MethodInput, MethodOutput } from '../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { Engine } from '../engine/engine-interface.ts';
import { errorSentence } from './error-words.ts';
import { EXIT, exitStatusOf } from './exit-status.ts';
import type { Terminal } from './terminal.ts';

/** What a command gets from the host: the engine (opened when first asked for), the terminal, and the interruption. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  engine(): Promise<Engine>;
  /** A VM is going to be locked: the helper for it starts while the engine opens. */
  expectLock(): void;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Calls one engine method under the command's signal. */
export async function call<Name extends EngineMethodName>(
  context: CommandContext,
  method: Name,
  input: MethodInput<Name>,
): Promise<MethodOutput<Name>> {
  const engine = await context.engine();
  return await engine.handlers[method](input, context.signal);
}

/** Tells an error in the form that the options ask for and answers with the exit status. */
export function tellError(terminal: Terminal, thrown: unknown, json: boolean, sentBytes = 0): number {
  const error: AppError = toAppError(thrown);
  if (json) {
    const { code, params, retry } = error.toData();
    terminal.out(JSON.stringify({ error: { code, params, retry } }, null, 2));
  } else if (error.code === 'cancelled') {
    const sent = sentBytes === 0 ? '' : ' What was sent stays with the registry; the same command goes on from there.';
    terminal.note(`Interrupted.${sent}`);
  } else {
    terminal.note(errorSentence(error));
  }
  return exitStatusOf(error.code, sentBytes);
}

/** Runs a command's work; its errors become words and an exit status. */
export async function runCommand(
  context: CommandContext,
  options: CommonOptions,
  work: () => Promise<number | undefined>,
): Promise<number> {
  try {
    return (await work()) ?? EXIT.done;
  } catch (thrown) {
    return tellError(
      context.terminal,
      context.signal.aborted ? new AppError('cancelled') : thrown,
      options.json === true,
    );
  }
}

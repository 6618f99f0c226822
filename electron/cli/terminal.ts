import { AppError } from '../../shared/errors/app-error.ts';

/** Where the command line writes and whether a person watches. Documents go to stdout, everything else to stderr. */
export interface Terminal {
  /** Writes a document or an answer, with a final newline. */
  out(text: string): void;
  /** Writes progress or a warning, with a final newline. */
  note(text: string): void;
  /** Reads standard input to its end. @throws AppError `input.invalid` beyond so many bytes */
  input(most: number): Promise<string>;
  /** stderr is a terminal: bars may be drawn. */
  readonly interactive: boolean;
}

/**
 * The terminal of this process. In CI no bars are drawn, whatever stderr is.
 *
 * @param onLost called with `file.unwritable` where the answer cannot be written, as to a file on a full disk
 */
export function processTerminal(onLost: (error: AppError) => void): Terminal {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever read (`head`, a pager) has seen enough.
    if (code !== 'EPIPE')
      onLost(new AppError('file.unwritable', { path: 'standard output', reason: code ?? 'unknown' }));
  });
  // Nobody is left who could be told.
  process.stderr.on('error', () => undefined);
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    input: (most) => readAll(process.stdin, most),
    interactive: process.stderr.isTTY && process.env['CI'] === undefined,
  };
}

async function readAll(stream: NodeJS.ReadStream, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  // Without an encoding it gives buffers.
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) {
      throw new AppError('input.invalid', {
        method: '',
        field: 'standard input',
        problem: `It holds more than ${most} bytes.`,
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

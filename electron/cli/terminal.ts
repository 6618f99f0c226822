/** Where the command line writes and whether a person watches. Documents go to stdout, everything else to stderr. */
export interface Terminal {
  /** Writes a document or an answer, with a final newline. */
  out(text: string): void;
  /** Writes progress or a warning, with a final newline. */
  note(text: string): void;
  /** stderr is a terminal: bars may be drawn. */
  readonly interactive: boolean;
}

/** The terminal of this process. In CI no bars are drawn, whatever stderr is. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read (`head`, a pager) has seen enough.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    interactive: process.stderr.isTTY && process.env['CI'] === undefined,
  };
}

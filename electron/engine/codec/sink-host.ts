import type { Directive, FileOutcome, Piece, Question, SinkAnswer } from './codec-protocol.ts';

/** Decides, on the main thread, what happens to the bytes of a pass. */
export interface SinkHost {
  /** A piece, or with a `body` sink the whole stream (length 0), waits to be sent. */
  piece(sink: string, piece: Piece): Promise<Directive>;
  answer(sink: string, piece: Piece, answer: SinkAnswer): Promise<Directive>;
  /** A file is written, or could not be. */
  file(sink: string, outcome: FileOutcome): Promise<Directive>;
  /** Resolves when a body or file may take its next `ALLOWANCE`. */
  allowance(sink: string): Promise<void>;
}

/** What a worker that has asked is to do; the sinks of a task that came without anybody to ask are given up. Never rejects. */
export async function directiveOf(sinkHost: SinkHost | null, sink: string, question: Question): Promise<Directive> {
  if (sinkHost === null) return { do: 'drop' };
  try {
    switch (question.about) {
      case 'piece':
        return await sinkHost.piece(sink, question.piece);
      case 'answer':
        return await sinkHost.answer(sink, question.piece, question.answer);
      case 'file':
        return await sinkHost.file(sink, question.outcome);
      case 'allowance':
        await sinkHost.allowance(sink);
        return { do: 'next' };
    }
  } catch {
    // The sink's owner has failed and knows it: the pass goes on for the others. A cancelled pass ends by its signal.
    return { do: 'drop' };
  }
}

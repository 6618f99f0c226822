/** A question that failed is asked again after this. ms */
const PAUSE_MS = 2000;

/** A question that is asked whenever something changed. */
export interface TurnQuestion {
  /** Asks: at once, or once more when the answer that is under way has come. */
  readonly ask: () => void;
  /** Asks nothing more. */
  readonly close: () => void;
}

/**
 * Asks the engine one question at a time, and once more if something changed meanwhile: changes come in crowds, and an older
 * answer never takes the place of a newer one. Where there was no answer it is asked again after a pause.
 *
 * @param question asks and keeps the answer; throws where there is none
 */
export function askInTurn(question: () => Promise<void>): TurnQuestion {
  let state: 'idle' | 'asking' | 'stale' | 'closed' = 'idle';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settled(failed: boolean): void {
    if (state === 'closed') return;
    const again = state === 'stale';
    state = 'idle';
    if (again) ask();
    else if (failed) timer = setTimeout(ask, PAUSE_MS);
  }

  function ask(): void {
    if (state === 'closed') return;
    clearTimeout(timer);
    if (state !== 'idle') {
      state = 'stale';
      return;
    }
    state = 'asking';
    question().then(
      () => settled(false),
      () => settled(true),
    );
  }

  return {
    ask,
    close: () => {
      clearTimeout(timer);
      state = 'closed';
    },
  };
}

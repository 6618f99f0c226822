/** Longest time that leaving waits for the engine to write its journals and close its connections. */
export const CLOSE_MS = 10_000;

/** What a quit gate asks and does. */
export interface QuitParts {
  runningJobs(): number;
  /** Asks the person; true = quit now and resume later. */
  ask(jobs: number): Promise<boolean>;
  /** Ends the engine; running jobs become interrupted, their journals stay. */
  close(): Promise<void>;
  /** Leaves the process. */
  exit(): void;
}

/** Stands between the wish to quit and its doing. */
export interface QuitGate {
  /** Asks while a job runs, closes the engine, then leaves. A wish while it asks or closes is the same wish. */
  wish(): Promise<void>;
  /** The system ends the process: nobody can be asked. */
  leave(): Promise<void>;
  /** Whether the engine is being closed: what fails from now on does so because the person quits. */
  isLeaving(): boolean;
}

/** Makes the gate; see {@link QuitGate}. */
export function createQuitGate(parts: QuitParts): QuitGate {
  let asking: Promise<void> | null = null;
  let leaving: Promise<void> | null = null;

  async function close(): Promise<void> {
    try {
      await parts.close();
    } finally {
      parts.exit();
    }
  }

  function leave(): Promise<void> {
    leaving ??= close();
    return leaving;
  }

  async function ask(): Promise<void> {
    const jobs = parts.runningJobs();
    if (jobs === 0 || (await parts.ask(jobs))) await leave();
  }

  return {
    wish() {
      if (leaving !== null) return leaving;
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    leave,
    isLeaving: () => leaving !== null,
  };
}

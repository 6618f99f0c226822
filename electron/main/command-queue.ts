import type { EventPayload } from '../../shared/contract/events.ts';

type Command = EventPayload<'app.command'>;

/** Commands that wait for a page; who clicks more than these before there is a window wants none of them in particular. */
const MOST_KEPT = 8;

/**
 * Commands of the menu bar on their way to the page. The menu is there before the page is, and stays while it is loaded
 * anew or there is no window at all: what is chosen then waits until the page says that it listens.
 */
export class CommandQueue {
  readonly #kept: Command[] = [];
  #emit: ((command: Command) => void) | null = null;
  #listening = false;

  /** A window is there, whose page does not listen yet. */
  connect(emit: (command: Command) => void): void {
    this.#emit = emit;
    this.#listening = false;
  }

  /** The page is loaded anew: it listens no more. */
  loading(): void {
    this.#listening = false;
  }

  /** The window is gone. */
  disconnect(): void {
    this.#emit = null;
    this.#listening = false;
  }

  /** The page listens: it gets what waited, in its order. */
  listening(): void {
    this.#listening = true;
    for (const command of this.#kept.splice(0)) this.#emit?.(command);
  }

  /** Carries a command to the page, at once or when it listens. */
  send(command: Command): void {
    if (this.#listening) this.#emit?.(command);
    else if (this.#kept.length < MOST_KEPT) this.#kept.push(command);
  }
}

import { beforeAbort } from '../registry/before-abort.ts';

/** A gate that work passes between two steps: open, or closed while a job is paused. */
export class PauseGate {
  #opening: { readonly promise: Promise<void>; open(): void } | null = null;

  get closed(): boolean {
    return this.#opening !== null;
  }

  close(): void {
    if (this.#opening !== null) return;
    let open: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#opening = { promise, open };
  }

  open(): void {
    this.#opening?.open();
    this.#opening = null;
  }

  /** Resolves when the gate is open; rejects with the signal's reason when it aborts first. */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#opening !== null) await beforeAbort(this.#opening.promise, signal);
  }
}

import type { RequestEnvelope } from './envelope.ts';

/** What the preload script puts into the window, and all that it puts there. */
export interface TartanBridge {
  /** Sends one message of the contract's client to the host. */
  request(message: RequestEnvelope): void;
  /** Hears every response and event of the host; returns the function that ends it. */
  subscribe(listener: (message: unknown) => void): () => void;
  /** Path of a file that was dropped on the window; empty for one that is not on disk. */
  pathForFile(file: File): string;
}

declare global {
  interface Window {
    readonly tartan: TartanBridge;
  }
}

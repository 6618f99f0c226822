import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { ServeState } from '../../../../shared/models/store.ts';
import type { Log } from '../../ports.ts';
import type { OciStore } from '../oci-store.ts';
import type { EmbeddedRegistry } from './embedded-registry.ts';

/** How the registry is switched on. */
export interface ServeRequest {
  /** 0 = any free one. */
  readonly port: number;
  readonly token: string | null;
  readonly readOnly: boolean;
}

/** What the switch needs of its owner. */
export interface ServingParts {
  readonly log: Log;
  /** The store of the settings. */
  readonly store: () => Promise<OciStore>;
  readonly onChange: (state: ServeState) => void;
}

const OFF: ServeState = { on: false, starting: false, error: null };

/** The switch of the embedded registry: at most one runs, and calls take turns. */
export class Serving {
  readonly #parts: ServingParts;
  #state: ServeState = OFF;
  #running: { readonly registry: EmbeddedRegistry; readonly request: ServeRequest } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  get state(): ServeState {
    return this.#state;
  }

  /** Switches it on. @throws AppError `serve.alreadyOn`, `serve.portBusy`, and why the store does not open */
  start(request: ServeRequest): Promise<ServeState> {
    return this.#inTurn(async () => {
      if (this.#state.on) throw new AppError('serve.alreadyOn', { address: this.#state.address });
      return await this.#open(request);
    });
  }

  /** Switches it off; one that is off stays so. */
  stop(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#close();
      if (this.#state !== OFF) this.#tell(OFF);
    });
  }

  /** The store lies elsewhere now: a registry that is on goes on over the new one, at the same address. */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      const running = this.#running;
      if (running === null) return;
      const port = Number(running.registry.address.replace(/^.*:/, ''));
      await this.#close();
      // Why it is off is in the state.
      await this.#open({ ...running.request, port }).catch(() => undefined);
    });
  }

  /** Ends it with the engine. Nothing is told: it was not switched off. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#close());
  }

  async #open(request: ServeRequest): Promise<ServeState> {
    this.#tell({ on: false, starting: true, error: null });
    try {
      const store = await this.#parts.store();
      // Loaded when it is wanted: an HTTP server would make every other start slower.
      const { startEmbeddedRegistry } = await import('./embedded-registry.ts');
      const registry = await startEmbeddedRegistry({ store, log: this.#parts.log, ...request });
      this.#running = { registry, request };
      const { readOnly, token } = request;
      return this.#tell({ on: true, address: registry.address, readOnly, closed: token !== null });
    } catch (thrown) {
      this.#tell({ on: false, starting: false, error: toAppError(thrown).toData() });
      throw thrown;
    }
  }

  async #close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.registry.close();
  }

  #tell(state: ServeState): ServeState {
    this.#state = state;
    this.#parts.onChange(state);
    return state;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

import type { Handlers, Subscribe } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';

/** The push engine as its hosts see it. */
export interface Engine {
  /** The methods of the contract that the engine answers. */
  readonly handlers: Handlers<EngineMethodName>;
  /** The events of the contract. */
  readonly on: Subscribe;
  /** Jobs of this process that its end would interrupt: neither ended nor being cancelled. */
  runningJobs(): number;
  /** Ends running jobs as interrupted; their journals stay, so that they can be resumed. */
  interruptJobs(): Promise<void>;
  /** Ends running jobs as interrupted (their journals stay), then workers, connections and the database. */
  close(): Promise<void>;
}

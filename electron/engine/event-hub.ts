import type { EventPayload, Topic } from '../../shared/contract/events.ts';
import type { Emit, Subscribe } from '../../shared/contract/handlers.ts';

/** The events of one engine. */
export interface EventHub {
  readonly emit: Emit;
  readonly on: Subscribe;
  /** Calls back once, when the topic gets its first listener. */
  readonly onFirstListener: (topic: Topic, callback: () => void) => void;
}

/** A hub without listeners. */
export function createEventHub(): EventHub {
  const listeners = new Map<Topic, Set<(payload: unknown) => void>>();
  const first = new Map<Topic, () => void>();
  return {
    emit(topic, payload) {
      for (const listener of listeners.get(topic) ?? []) listener(payload);
    },
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set);
      // Emitted under the same topic, so with this payload.
      const heard = (payload: unknown): void => listener(payload as EventPayload<typeof topic>);
      set.add(heard);
      first.get(topic)?.();
      first.delete(topic);
      return () => {
        set.delete(heard);
      };
    },
    onFirstListener(topic, callback) {
      first.set(topic, callback);
    },
  };
}

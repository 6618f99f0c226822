import type { EventPayload, Topic } from './events.ts';
import type { MethodInput, MethodName, MethodOutput } from './methods.ts';

/** Implementations of a set of methods. The signal aborts when the caller cancels or goes away. */
export type Handlers<Name extends MethodName = MethodName> = {
  readonly [Key in Name]: (input: MethodInput<Key>, signal: AbortSignal) => Promise<MethodOutput<Key>>;
};

/** Sends an event to whoever listens. */
export type Emit = <Name extends Topic>(topic: Name, payload: EventPayload<Name>) => void;

/** Hears one topic; returns the function that ends it. */
export type Subscribe = <Name extends Topic>(
  topic: Name,
  listener: (payload: EventPayload<Name>) => void,
) => () => void;

import { AppError, toAppError } from '../errors/app-error.ts';
import { type EventEnvelope, eventEnvelopeSchema, type RequestEnvelope, responseEnvelopeSchema } from './envelope.ts';
import { type EventPayload, events, type Topic } from './events.ts';
import type { Subscribe } from './handlers.ts';
import type { MethodInput, MethodName, MethodOutput } from './methods.ts';

/** The bytes-only side of a connection: what the preload exposes. */
export interface ContractTransport {
  request(message: RequestEnvelope): void;
  /** Hears every response and event; returns the function that ends it. */
  subscribe(listener: (message: unknown) => void): () => void;
}

/** The client side of the contract. */
export interface ContractClient {
  /** Answers with the method's output or throws an {@link AppError}; aborting the signal cancels the request. */
  call<Name extends MethodName>(
    method: Name,
    input: MethodInput<Name>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<MethodOutput<Name>>;
  readonly on: Subscribe;
  close(): void;
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: AppError): void;
}

function isTopic(name: string): name is Topic {
  return Object.hasOwn(events, name);
}

/** The generic client over a transport. The host has checked outputs and payloads; the client trusts it and checks the envelope only. */
export function createContractClient(transport: ContractTransport): ContractClient {
  let nextId = 1;
  let closed = false;
  const pending = new Map<number, Pending>();
  const listeners = new Map<Topic, Set<(payload: unknown) => void>>();

  function deliver(event: EventEnvelope): void {
    if (!isTopic(event.topic)) return;
    for (const listener of listeners.get(event.topic) ?? []) listener(event.payload);
  }

  const unsubscribe = transport.subscribe((message) => {
    const event = eventEnvelopeSchema.safeParse(message);
    if (event.success) {
      deliver(event.data);
      return;
    }
    const response = responseEnvelopeSchema.safeParse(message);
    if (!response.success) return;
    const waiting = pending.get(response.data.id);
    if (waiting === undefined) return;
    pending.delete(response.data.id);
    if (response.data.type === 'result') waiting.resolve(response.data.output);
    else waiting.reject(AppError.fromData(response.data.error));
  });

  return {
    call<Name extends MethodName>(
      method: Name,
      input: MethodInput<Name>,
      options: { readonly signal?: AbortSignal } = {},
    ) {
      const { signal } = options;
      if (closed || signal?.aborted === true) return Promise.reject(new AppError('cancelled'));
      const id = nextId++;
      return new Promise<MethodOutput<Name>>((resolve, reject) => {
        const cancel = (): void => transport.request({ type: 'cancel', id });
        signal?.addEventListener('abort', cancel, { once: true });
        const settle = (): void => signal?.removeEventListener('abort', cancel);
        pending.set(id, {
          resolve(output) {
            settle();
            // The host parsed the output with this method's schema.
            resolve(output as MethodOutput<Name>);
          },
          reject(error) {
            settle();
            reject(error);
          },
        });
        try {
          transport.request({ type: 'request', id, method, input });
        } catch (thrown) {
          // It never left: nobody will answer.
          pending.delete(id);
          settle();
          reject(toAppError(thrown));
        }
      });
    },
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set);
      // The host parsed the payload with this topic's schema.
      const heard = (payload: unknown): void => listener(payload as EventPayload<typeof topic>);
      set.add(heard);
      return () => {
        set.delete(heard);
      };
    },
    close() {
      closed = true;
      unsubscribe();
      for (const waiting of pending.values()) waiting.reject(new AppError('cancelled'));
      pending.clear();
    },
  };
}

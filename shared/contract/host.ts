import { AppError, toAppError } from '../errors/app-error.ts';
import { type ResponseEnvelope, requestEnvelopeSchema } from './envelope.ts';
import type { Handlers } from './handlers.ts';
import { type MethodName, methods } from './methods.ts';

/** One client's connection to the host side of the contract. */
export interface ContractHost {
  /** Takes one message of the client; answers go out through `send`. Never throws. */
  receive(message: unknown): void;
  /** Aborts every request of this client that is still under way. Jobs belong to the engine and go on. */
  close(): void;
}

function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/**
 * The generic host: known method, input by schema, handler with the request's signal, output by schema, error as data.
 * An error whose code the method does not declare is a defect of ours and crosses as `internal`.
 */
export function createContractHost(handlers: Handlers, send: (response: ResponseEnvelope) => void): ContractHost {
  const running = new Map<number, AbortController>();

  async function answer(id: number, method: string, input: unknown, signal: AbortSignal): Promise<ResponseEnvelope> {
    try {
      if (!isMethodName(method)) throw new AppError('method.unknown', { method: method.slice(0, 64) });
      const declaration = methods[method];
      const parsed = declaration.input.safeParse(input);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new AppError('input.invalid', {
          method,
          field: issue?.path.join('.') ?? '',
          problem: issue?.message ?? '',
        });
      }
      // The table pairs each name with its own schema; TypeScript cannot see that across the union of methods.
      const handler = handlers[method] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
      const output = await handler(parsed.data, signal);
      return { type: 'result', id, output: declaration.output.parse(output) };
    } catch (thrown) {
      const error = signal.aborted ? new AppError('cancelled', {}, { cause: thrown }) : toAppError(thrown);
      return { type: 'error', id, error: error.toData() };
    }
  }

  return {
    receive(message) {
      const parsed = requestEnvelopeSchema.safeParse(message);
      if (!parsed.success) return;
      const envelope = parsed.data;
      if (envelope.type === 'cancel') {
        running.get(envelope.id)?.abort();
        return;
      }
      if (running.has(envelope.id)) return;
      const controller = new AbortController();
      running.set(envelope.id, controller);
      void answer(envelope.id, envelope.method, envelope.input, controller.signal).then((response) => {
        if (running.delete(envelope.id)) send(response);
      });
    },
    close() {
      for (const controller of running.values()) controller.abort();
      running.clear();
    },
  };
}

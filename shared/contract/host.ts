import { AppError, toAppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/codes.ts';
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

/** What any method may answer. */
const ALWAYS: readonly ErrorCode[] = ['input.invalid', 'method.unknown', 'cancelled', 'internal'];

function isDeclared(method: string, code: ErrorCode): boolean {
  const declared: readonly ErrorCode[] = isMethodName(method) ? methods[method].errors : [];
  return ALWAYS.includes(code) || declared.includes(code);
}

/**
 * The generic host: known method, input by schema, handler with the request's signal, output by schema, error as data.
 *
 * @param send gets each answer; none is sent after `close`
 * @param undeclared hears of an error that the method does not declare: a defect of ours, though the error crosses, since
 *   a person is helped more by its words than by none
 */
export function createContractHost(
  handlers: Handlers,
  send: (response: ResponseEnvelope) => void,
  undeclared: (method: string, code: ErrorCode) => void = () => undefined,
): ContractHost {
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
      if (!isDeclared(method, error.code)) undeclared(method, error.code);
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

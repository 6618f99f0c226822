import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { DEFAULT_SETTINGS } from '../models/settings.ts';
import { type ContractClient, createContractClient } from './client.ts';
import type { EventEnvelope, ResponseEnvelope } from './envelope.ts';
import type { Handlers } from './handlers.ts';
import { type ContractHost, createContractHost } from './host.ts';
import { type MethodName, methods } from './methods.ts';

/** What a handler was asked, and the way to end it. */
interface Asked {
  readonly input: unknown;
  readonly signal: AbortSignal;
  answer(output: unknown): void;
  fail(error: unknown): void;
}

interface Ends {
  readonly client: ContractClient;
  readonly host: ContractHost;
  /** Calls that handlers got and have not answered, by method. */
  readonly asked: Map<string, Asked[]>;
  /** Errors that the host found undeclared. */
  readonly undeclared: string[];
  /** Messages that crossed towards the client. */
  readonly sent: unknown[];
  /** Puts a message on the wire as a client might that is not ours. */
  raw(message: unknown): void;
  emit(event: EventEnvelope): void;
  /** Lets every message that is under way arrive. */
  settle(): Promise<void>;
}

/** Host and client in one process; everything that crosses goes through JSON, as it does between processes. */
function connect(): Ends {
  const asked = new Map<string, Asked[]>();
  const sent: unknown[] = [];
  const undeclared: string[] = [];
  const listeners = new Set<(message: unknown) => void>();
  const cross = (message: unknown): unknown => JSON.parse(JSON.stringify(message));
  const deliver = (message: ResponseEnvelope | EventEnvelope): void => {
    const crossed = cross(message);
    sent.push(crossed);
    for (const listener of listeners) listener(crossed);
  };
  const names = Object.keys(methods) as MethodName[]; // The keys of the table are the names by construction.
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      (input: unknown, signal: AbortSignal) =>
        new Promise((resolve, reject) => {
          const calls = asked.get(name) ?? [];
          asked.set(name, calls);
          calls.push({ input, signal, answer: resolve, fail: reject });
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    ]),
    // Made for every name of the table; outputs are what the tests answer.
  ) as unknown as Handlers;
  const host = createContractHost(handlers, deliver, (method, code) => undeclared.push(`${method} ${code}`));
  const client = createContractClient({
    request: (message) => {
      host.receive(cross(message));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return {
    client,
    host,
    asked,
    undeclared,
    sent,
    raw: (message) => {
      host.receive(message);
    },
    emit: deliver,
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

function only(ends: Ends, method: MethodName): Asked {
  const [first] = ends.asked.get(method) ?? [];
  if (first === undefined) throw new Error(`${method} was not asked`);
  return first;
}

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof AppError)) throw new Error('expected an AppError');
  return outcome;
}

describe('the contract, both ends in one process', () => {
  it('answers with the method’s output', async () => {
    const ends = connect();
    const answer = ends.client.call('settings.set', { ...DEFAULT_SETTINGS, theme: 'dark' });
    const call = only(ends, 'settings.set');
    call.answer(call.input);

    expect(await answer).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
  });

  it('carries an error as its code, its facts and what can be done about it', async () => {
    const ends = connect();
    const answer = failureOf(ends.client.call('jobs.get', { id: 'x' }));
    only(ends, 'jobs.get').fail(new AppError('job.notFound', { id: 'x' }, { cause: new Error('with a stack') }));
    const error = await answer;

    expect({ error: error.toData(), wire: ends.sent }).toEqual({
      error: { code: 'job.notFound', params: { id: 'x' }, retry: 'no', actions: [] },
      wire: [{ type: 'error', id: 1, error: { code: 'job.notFound', params: { id: 'x' }, retry: 'no', actions: [] } }],
    });
  });

  it('carries an error that the method does not declare all the same, and says that it should', async () => {
    const ends = connect();
    const [declared, other, cancelled] = ['a', 'b', 'c'].map((id) => failureOf(ends.client.call('jobs.get', { id })));
    const [first, second, third] = ends.asked.get('jobs.get') ?? [];
    first?.fail(new AppError('job.notFound', { id: 'a' }));
    second?.fail(new AppError('registry.full', { host: 'a.io' }));
    third?.fail(new AppError('cancelled'));

    expect([
      await Promise.all([declared, other, cancelled].map(async (error) => (await error)?.code)),
      ends.undeclared,
    ]).toEqual([['job.notFound', 'registry.full', 'cancelled'], ['jobs.get registry.full']]);
  });

  it('answers each of many calls with its own output, in whatever order they end', async () => {
    const ends = connect();
    const answers = ['a', 'b', 'c'].map(() => ends.client.call('app.chooseFolder', null));
    const calls = ends.asked.get('app.chooseFolder') ?? [];
    for (const [at, call] of [...calls.entries()].reverse()) call.answer(`/folder ${at}`);

    expect(await Promise.all(answers)).toEqual(['/folder 0', '/folder 1', '/folder 2']);
  });

  it('fails a call that cannot be sent, and one after the end, at once', async () => {
    const client = createContractClient({
      request: () => {
        throw new Error('the channel is gone');
      },
      subscribe: () => () => undefined,
    });
    const unsent = await failureOf(client.call('vms.list', null));
    client.close();

    expect([unsent.code, (await failureOf(client.call('vms.list', null))).code]).toEqual(['internal', 'cancelled']);
  });

  it('ignores answers that nobody waits for, and what is no message', async () => {
    const heard: ((message: unknown) => void)[] = [];
    const client = createContractClient({
      request: () => undefined,
      subscribe: (listener) => {
        heard.push(listener);
        return () => undefined;
      },
    });
    const answer = client.call('app.chooseFolder', null);
    const error = { code: 'no.such', params: {}, retry: 'no', actions: [] };
    for (const message of [
      ...[undefined, null, 'x', 5, [], {}, { type: 'result' }, { type: 'result', id: 99, output: 1 }],
      { type: 'error', id: 1, error },
      { type: 'event', topic: '__proto__', payload: null },
      { type: 'result', id: 1, output: '/chosen' },
      { type: 'result', id: 1, output: '/again' },
    ]) {
      heard[0]?.(message);
    }

    expect(await answer).toBe('/chosen');
  });

  it('carries what nobody foresaw as internal, without its stack', async () => {
    const ends = connect();
    const answer = failureOf(ends.client.call('vms.list', null));
    only(ends, 'vms.list').fail(new TypeError('x is not a function'));

    expect({ code: (await answer).code, stack: JSON.stringify(ends.sent).includes('.ts:') }).toEqual({
      code: 'internal',
      stack: false,
    });
  });

  it('refuses input that the method does not take, before its handler sees it', async () => {
    const ends = connect();
    // Wrong on purpose: a window that was taken over may send anything.
    const error = await failureOf(ends.client.call('jobs.get', { id: 7 } as unknown as { id: string }));

    expect({ code: error.code, params: error.params, asked: ends.asked.size }).toEqual({
      code: 'input.invalid',
      params: { method: 'jobs.get', field: 'id', problem: expect.any(String) },
      asked: 0,
    });
  });

  it('does not let a wrong output of ours through', async () => {
    const ends = connect();
    const answer = failureOf(ends.client.call('app.chooseFolder', null));
    only(ends, 'app.chooseFolder').answer({ secret: 'x' });

    expect((await answer).code).toBe('internal');
  });

  it.each(['nothing.such', '__proto__', 'constructor', 'toString'])('refuses the method %s', async (method) => {
    const ends = connect();
    ends.raw({ type: 'request', id: 5, method, input: null });
    await ends.settle();

    expect(ends.sent).toEqual([
      { type: 'error', id: 5, error: { code: 'method.unknown', params: { method }, retry: 'no', actions: [] } },
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'vms.list'],
    ['another type', { type: 'eval', id: 1 }],
    ['an id that is no number', { type: 'request', id: 'one', method: 'vms.list', input: null }],
    ['a name without end', { type: 'request', id: 1, method: 'x'.repeat(65), input: null }],
  ])('ignores %s on the wire', async (_name, message) => {
    const ends = connect();
    ends.raw(message);
    await ends.settle();

    expect([ends.sent, ends.asked.size]).toEqual([[], 0]);
  });

  it('cancels by request id: of two calls of one method only the cancelled one ends', async () => {
    const ends = connect();
    const first = new AbortController();
    const cancelled = failureOf(ends.client.call('jobs.get', { id: 'first' }, { signal: first.signal }));
    const other = ends.client.call('jobs.document', { id: 'second' }, { signal: new AbortController().signal });
    void other.catch(() => undefined);
    void ends.client.call('jobs.get', { id: 'third' }).catch(() => undefined);
    first.abort();

    expect({
      code: (await cancelled).code,
      aborted: ends.asked.get('jobs.get')?.map((call) => call.signal.aborted),
      other: only(ends, 'jobs.document').signal.aborted,
    }).toEqual({ code: 'cancelled', aborted: [true, false], other: false });
  });

  it('does not send a request whose signal has aborted already', async () => {
    const ends = connect();
    const error = await failureOf(ends.client.call('vms.list', null, { signal: AbortSignal.abort() }));

    expect([error.code, ends.asked.size]).toEqual(['cancelled', 0]);
  });

  it('does not run a request twice when its id comes twice', async () => {
    const ends = connect();
    ends.raw({ type: 'request', id: 9, method: 'vms.list', input: null });
    ends.raw({ type: 'request', id: 9, method: 'vms.list', input: null });
    await ends.settle();

    expect(ends.asked.get('vms.list')?.length).toBe(1);
  });

  it('delivers events to those who listen to their topic, until they stop', () => {
    const ends = connect();
    const heard: unknown[] = [];
    const stop = ends.client.on('app.command', (command) => heard.push(command));
    ends.client.on('vms.changed', (payload) => heard.push(payload));
    ends.emit({ type: 'event', topic: 'app.command', payload: 'push' });
    ends.emit({ type: 'event', topic: 'vms.changed', payload: null });
    ends.emit({ type: 'event', topic: 'toString', payload: 'nobody' });
    stop();
    ends.emit({ type: 'event', topic: 'app.command', payload: 'settings' });

    expect(heard).toEqual(['push', null]);
  });

  it('aborts what is under way when the window goes, and answers no more', async () => {
    const ends = connect();
    void ends.client.call('vms.list', null).catch(() => undefined);
    ends.host.close();
    await ends.settle();

    expect({ aborted: only(ends, 'vms.list').signal.aborted, sent: ends.sent }).toEqual({ aborted: true, sent: [] });
  });

  it('rejects what waits when the client is closed', async () => {
    const ends = connect();
    const waiting = failureOf(ends.client.call('vms.list', null));
    ends.client.close();

    expect((await waiting).code).toBe('cancelled');
  });
});

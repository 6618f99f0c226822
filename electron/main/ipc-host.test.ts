import { EventEmitter } from 'node:events';
import type { IpcMain, WebContents } from 'electron';
import { describe, expect, it } from 'vitest';
import { MESSAGE_CHANNEL, REQUEST_CHANNEL } from '../../shared/contract/channels.ts';
import type { Topic } from '../../shared/contract/events.ts';
import type { Handlers, Subscribe } from '../../shared/contract/handlers.ts';
import { silentLog } from '../host/host-log.ts';
import { APP_ORIGIN } from './app-origin.ts';
import { attachIpcHost, type IpcHost } from './ipc-host.ts';
import { isOurSender } from './sender-check.ts';

class Page extends EventEmitter {
  readonly id = 3;
  readonly sent: unknown[] = [];
  destroyed = false;

  isDestroyed(): boolean {
    return this.destroyed;
  }

  send(channel: string, message: unknown): void {
    if (channel === MESSAGE_CHANNEL) this.sent.push(message);
  }
}

interface Joined {
  readonly page: Page;
  readonly host: IpcHost;
  readonly signals: AbortSignal[];
  request(from?: { origin?: string; parent?: unknown; contentsId?: number; gone?: boolean }): void;
  fire(topic: Topic, payload: unknown): void;
  settle(): Promise<void>;
}

function join(): Joined {
  const page = new Page();
  const ipc = new EventEmitter();
  const engine = new EventEmitter();
  const signals: AbortSignal[] = [];
  const on: Subscribe = (topic, listener) => {
    engine.on(topic, listener);
    return () => engine.off(topic, listener);
  };
  const handlers: Partial<Handlers> = {
    'app.copyText': () => Promise.resolve(null),
    'vms.list': (_input, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  };
  const host = attachIpcHost({
    // The parts of Electron's objects that are used; only the methods that the tests call have handlers.
    ipc: ipc as unknown as IpcMain,
    contents: page as unknown as WebContents,
    origin: APP_ORIGIN,
    handlers: handlers as Handlers,
    on,
    log: silentLog,
  });
  let id = 0;
  return {
    page,
    host,
    signals,
    request: ({ origin = APP_ORIGIN, parent = null, contentsId = 3, gone = false } = {}) => {
      const message = { type: 'request', id: ++id, method: 'app.copyText', input: { text: 'x' } };
      ipc.emit(REQUEST_CHANNEL, { senderFrame: gone ? null : { origin, parent }, sender: { id: contentsId } }, message);
      ipc.emit(
        REQUEST_CHANNEL,
        { senderFrame: gone ? null : { origin, parent }, sender: { id: contentsId } },
        { type: 'request', id: ++id, method: 'vms.list', input: null },
      );
    },
    fire: (topic, payload) => engine.emit(topic, payload),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe('messages of the window', () => {
  it('are answered when they come from our page', async () => {
    const joined = join();
    joined.request();
    await joined.settle();
    expect(joined.page.sent).toEqual([{ type: 'result', id: 1, output: null }]);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a frame inside', { parent: {} }],
    ['another window', { contentsId: 4 }],
    ['a frame that is gone', { gone: true }],
  ])('are refused when they come from %s', async (_name, from) => {
    const joined = join();
    joined.request(from);
    await joined.settle();
    expect([joined.page.sent, joined.signals]).toEqual([[], []]);
  });

  it('are forgotten when the page is loaded again, but not when it only moves within itself', () => {
    const joined = join();
    joined.request();
    joined.page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
    const within = joined.signals[0]?.aborted;
    joined.page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });

    expect([within, joined.signals[0]?.aborted]).toEqual([false, true]);
  });

  it('carry events of the engine that fit their schema, until the window is closed', () => {
    const joined = join();
    joined.fire('vms.changed', null);
    joined.fire('vms.changed', { not: 'declared' });
    joined.host.emit('app.command', 'push');
    joined.host.close();
    joined.fire('vms.changed', null);
    joined.request();

    expect([joined.page.sent, joined.signals]).toEqual([
      [
        { type: 'event', topic: 'vms.changed', payload: null },
        { type: 'event', topic: 'app.command', payload: 'push' },
      ],
      [],
    ]);
  });

  it('go nowhere once the page is destroyed', () => {
    const joined = join();
    joined.page.destroyed = true;
    joined.fire('vms.changed', null);
    expect(joined.page.sent).toEqual([]);
  });

  it('need every one of their marks', () => {
    const ours = { origin: APP_ORIGIN, contentsId: 3 };
    expect([
      isOurSender({ origin: APP_ORIGIN, parent: null }, 3, ours),
      isOurSender(null, 3, ours),
      isOurSender({ origin: APP_ORIGIN, parent: {} }, 3, ours),
      isOurSender({ origin: 'app://tartan.evil', parent: null }, 3, ours),
      isOurSender({ origin: APP_ORIGIN, parent: null }, 5, ours),
    ]).toEqual([true, false, false, false, false]);
  });
});

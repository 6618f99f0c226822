import type { IpcMain, IpcMainEvent, WebContents } from 'electron';
import { MESSAGE_CHANNEL, REQUEST_CHANNEL } from '../../shared/contract/channels.ts';
import type { EventEnvelope, ResponseEnvelope } from '../../shared/contract/envelope.ts';
import { events, type Topic } from '../../shared/contract/events.ts';
import type { Emit, Handlers, Subscribe } from '../../shared/contract/handlers.ts';
import { type ContractHost, createContractHost } from '../../shared/contract/host.ts';
import type { Log } from '../engine/ports.ts';
import { isOurSender } from './sender-check.ts';

/** Joins one window's page to the handlers: one channel for requests, one for responses and events. */
export interface IpcHost {
  /** Sends an event of main itself. */
  readonly emit: Emit;
  /** Aborts what the page asked for and stops listening. */
  close(): void;
}

/** What an IPC host joins. */
export interface IpcHostParts {
  readonly ipc: IpcMain;
  readonly contents: WebContents;
  readonly origin: string;
  readonly handlers: Handlers;
  readonly on: Subscribe;
  readonly log: Log;
}

// Object.keys widens to string[]; the keys of the table are its topics.
const TOPICS = Object.keys(events) as Topic[];

/** Starts to listen to a page. Every message is checked for its sender before it is read. */
export function attachIpcHost({ ipc, contents, origin, handlers, on, log }: IpcHostParts): IpcHost {
  // Read now: a destroyed page has no id any more.
  const ours = { origin, contentsId: contents.id };
  const send = (message: ResponseEnvelope | EventEnvelope): void => {
    if (!contents.isDestroyed()) contents.send(MESSAGE_CHANNEL, message);
  };
  const undeclared = (method: string, code: string): void =>
    log.warn('error that the method does not declare', { method, code });
  let host: ContractHost = createContractHost(handlers, send, undeclared);

  const receive = (event: IpcMainEvent, message: unknown): void => {
    if (isOurSender(event.senderFrame, event.sender.id, ours)) host.receive(message);
    else log.warn('message refused', { code: 'sender.refused', origin: event.senderFrame?.origin ?? 'none' });
  };
  ipc.on(REQUEST_CHANNEL, receive);

  // A page that is loaded again counts its request ids from one again; its former self hears nothing any more.
  contents.on('did-start-navigation', (details) => {
    if (!details.isMainFrame || details.isSameDocument) return;
    host.close();
    host = createContractHost(handlers, send, undeclared);
  });

  const emit: Emit = (topic, payload) => {
    const parsed = events[topic].safeParse(payload);
    if (parsed.success) send({ type: 'event', topic, payload: parsed.data });
    else log.warn('event does not fit its schema', { topic, problem: parsed.error.issues[0]?.message ?? '' });
  };
  const subscriptions = TOPICS.map((topic) =>
    on(topic, (payload) => {
      emit(topic, payload);
    }),
  );

  return {
    emit,
    close() {
      ipc.off(REQUEST_CHANNEL, receive);
      for (const end of subscriptions) end();
      host.close();
    },
  };
}

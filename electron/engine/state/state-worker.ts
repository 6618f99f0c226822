import { parentPort, workerData } from 'node:worker_threads';
import type { StateReply, StateRequest, StateWorkerData } from './state-protocol.ts';
import { StateStore, StillBusy } from './state-store.ts';

/** The state worker's entry: one engine's connection to its database, on a thread of its own. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  // Both ends of this port are built together from state-protocol.ts.
  const { directory, nowMs } = workerData as StateWorkerData;
  const startedMs = performance.now();
  const reply = (message: StateReply): void => {
    port.postMessage(message);
  };
  const store = await StateStore.open(directory, () => nowMs + performance.now() - startedMs, {
    onMoved: (mode, setAside) => {
      reply({ kind: 'moved', mode, setAside });
    },
    onNotWritten: (message) => {
      reply({ kind: 'notWritten', message });
    },
  });
  const answer = async (request: StateRequest): Promise<void> => {
    try {
      switch (request.kind) {
        case 'all':
          reply({ kind: 'rows', id: request.id, rows: await store.all(request.sql, request.params) });
          break;
        case 'run':
          reply({ kind: 'changes', id: request.id, changes: await store.run(request.statements) });
          break;
        case 'close':
          await store.close();
          reply({ kind: 'closed', id: request.id });
          port.close();
          break;
      }
    } catch (error) {
      const reason = error instanceof StillBusy ? 'busy' : 'failed';
      reply({
        kind: 'failed',
        id: request.id,
        reason,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  };
  port.on('message', (request: StateRequest) => void answer(request));
  reply({ kind: 'opened', mode: store.mode });
}

void main();

import { join } from 'node:path';
import type { Emit } from '../../shared/contract/handlers.ts';
import type { ContentIndex } from './digests/content-index.ts';

import type { JobQueue } from './jobs/job-queue.ts';
import type { EnginePorts } from './ports.ts';
import type { RegistryBook } from './registry-book.ts';
import type { RegistryService } from './registry-service.ts';
import type { SavingsBook } from './report/savings-book.ts';
import type { SampleParts } from './sample/sample-service.ts';
import type { StoreService } from './store/store-service.ts';

/** The rooms that the sample VM leaves traces in. */
export interface SampleRooms {
  readonly emit: Emit;
  readonly jobs: JobQueue;
  readonly store: StoreService;
  readonly savings: SavingsBook;
  readonly index: ContentIndex;
  readonly book: RegistryBook;
  readonly registries: RegistryService;
}

/** What the sample VM acts on: the registry of this computer, its own jobs, and all that would remember it. */
export function sampleParts({ paths, clock, log }: EnginePorts, rooms: SampleRooms): SampleParts {
  const { emit, jobs, store, savings, index, book, registries } = rooms;
  const never = new AbortController().signal;
  const serve = store.handlers();
  return {
    folder: join(paths.stateHome, 'sample'),
    clock,
    log,
    emit,
    jobs,
    serve: {
      state: () => serve['serve.state'](null, never),
      start: (port) => serve['serve.start']({ port, token: null, readOnly: false }, never),
      stop: async () => {
        await serve['serve.stop'](null, never);
      },
    },
    dropImages: (repository) => store.dropRepository(repository),
    forget: async (registry, repository) => {
      await savings.forgetRepository({ registry, repository });
      await index.forgetRepository({ registry, repository });
      await book.forget(registry, repository);
      await registries.tell(registry);
    },
  };
}

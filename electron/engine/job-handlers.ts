import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { type CopyService, copyName } from './copy-service.ts';
import type { HostSlots } from './jobs/host-slots.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { PushService } from './push-service.ts';
import type { StoreService } from './store/store-service.ts';
import type { VmService } from './vm-service.ts';

/** What plans and jobs are made of. */
export interface JobRooms {
  readonly pushes: PushService;
  readonly copies: CopyService;
  readonly jobs: JobQueue;
  readonly store: StoreService;
  readonly vms: VmService;
  readonly slots: HostSlots;
}

type JobMethodName = Extract<EngineMethodName, `${'plans' | 'jobs' | 'copies'}.${string}`>;

async function none(work: Promise<void>): Promise<null> {
  await work;
  return null;
}

/** What a push of a VM or cached image is called in lists. */
function pushName({ kind, name, tags, digest }: Vm): string {
  return kind === 'vm' ? name : `${name}:${tags[0] ?? digest ?? ''}`;
}

/** Answers for plans, jobs, and what copies would cost. */
export function jobHandlers({ pushes, copies, jobs, store, vms, slots }: JobRooms): Handlers<JobMethodName> {
  return {
    'plans.make': (input, signal) => pushes.plan(input, signal),
    'copies.price': (input) => copies.price(input),
    'copies.plan': (input, signal) => copies.plan(input, signal),
    'copies.document': ({ id }) => jobs.copyDocument(id),
    'jobs.copy': async (input) => {
      await copies.check(input);
      return await jobs.copy(input, copyName(input));
    },
    'plans.close': ({ planId }) => none(pushes.closePlan(planId)),
    'jobs.push': async ({ planId, ...input }) => {
      await store.requireOn(pushes.targets(input).map(({ registry }) => registry));
      const name = pushes.plannedName(planId, input.vmId) ?? pushName(await vms.find(input.vmId));
      return await jobs.push(input, name, (jobId) => {
        if (planId !== undefined) pushes.handOver(planId, input.vmId, jobId);
      });
    },
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ id }) => jobs.get(id),
    'jobs.document': ({ id }) => jobs.document(id),
    'jobs.focus': ({ id }) => {
      jobs.focus(id);
      slots.changed();
      return Promise.resolve(null);
    },
    'jobs.pause': ({ id }) => none(jobs.pause(id)),
    'jobs.resume': ({ id }) => none(jobs.resume(id)),
    'jobs.cancel': ({ id }) => none(jobs.cancel(id)),
    'jobs.retry': ({ id, ...agreed }) => none(jobs.retry(id, agreed)),
    'jobs.remove': ({ id }) => none(jobs.remove(id)),
  };
}

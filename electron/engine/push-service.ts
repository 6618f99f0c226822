import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { isLayoutPlace } from '../../shared/models/image-location.ts';
import { FINAL_JOB_STATES } from '../../shared/models/job.ts';
import type { Plan } from '../../shared/models/plan.ts';
import type { PushRequest } from '../../shared/models/push-request.ts';
import { EVERY_HOST } from './jobs/host-slots.ts';
import { WATCHED } from './jobs/job-share.ts';
import { PushRun } from './jobs/push/push-run.ts';
import { PushWork } from './jobs/push/push-work.ts';
import { waitOut } from './jobs/stuck-job.ts';
import type { TransferJob } from './jobs/transfer-job.ts';
import { registriesOf } from './open-clients.ts';
import { OpenPlans } from './plan/open-plans.ts';
import { type OpeningParts, openJobSource, openPushSource } from './plan/open-push-source.ts';
import { planPush } from './plan/plan-push.ts';
import type { PlanningParts } from './plan/planning-parts.ts';
import { createDraft } from './plan/push-draft.ts';
import { type PushSource, withNewManifest } from './plan/push-source.ts';
import { groupTargets, type PushTarget, withLocalStore } from './plan/push-targets.ts';
import type { EnginePorts } from './ports.ts';
import { openPushParts, type PushServiceParts } from './push-parts.ts';
import type { DistributionClient } from './registry/distribution-client.ts';
import { type RetryNotice, retryOf } from './registry/retry-notice.ts';

/** A plan under way is shown at most this often, in ms. */
const SHOWN_MS = 100;

/** Makes plans and performs the pushes of jobs: each with a source and clients of its own, closed when it ends. */
export class PushService {
  readonly #ports: EnginePorts;
  readonly #rooms: PushServiceParts;
  readonly #openPlans = new OpenPlans();

  constructor(ports: EnginePorts, rooms: PushServiceParts) {
    this.#ports = ports;
    this.#rooms = rooms;
  }

  /** Where a push goes. @throws AppError `reference.invalid` */
  targets({ references, keepLocal }: Pick<PushRequest, 'references' | 'keepLocal'>): PushTarget[] {
    const targets = groupTargets(references);
    return keepLocal === true ? withLocalStore(targets, this.#rooms.store.folder) : targets;
  }

  /** Plans a push; changes are told on the way. @throws AppError */
  async plan(input: PushRequest & { readonly planId: string }, signal: AbortSignal): Promise<Plan> {
    const { vms, book, registries, store, hub } = this.#rooms;
    const targets = this.targets(input);
    await store.requireOn(targets.map(({ registry }) => registry));
    const source = await openPushSource(await vms.find(input.vmId), this.#opening, signal);
    const stopped = AbortSignal.any([signal, await this.#openPlans.open(input.planId, source)]);
    const { clock } = this.#ports;
    const { parts, close } = openPushParts(this.#rooms, {
      request: input,
      targets,
      share: WATCHED,
      clock,
      onRetry: (notice) => hub.emit('plans.retrying', { planId: input.planId, retry: retryOf(notice) }),
    });
    let complete = false;
    let shownMs = 0;
    const onChange = (draw: () => Plan): void => {
      const now = clock.now();
      if (now - shownMs < SHOWN_MS) return;
      shownMs = now;
      hub.emit('plans.changed', { planId: input.planId, plan: draw() });
    };
    const hosts = registriesOf(targets);
    try {
      const plan = await inEitherForm(source, input, (form, mayChange) =>
        planPush(
          parts,
          createDraft(form, targets, this.#ports.chunkSize, input),
          {
            planId: input.planId,
            manifest: { labels: input.labels, os: form.os, arch: form.arch },
            expectedTags: {},
            newManifest: mayChange,
            onChange,
          },
          stopped,
        ),
      );
      for (const host of hosts) {
        if (book.note(host, { account: parts.clientOf(host).account })) {
          await registries.tell(host);
        }
      }
      // A local copy needs room as a push to the registry of this computer does.
      const own = plan.targets.filter(({ place, registry }) => place === 'store' || store.serves(registry));
      const room = own.length === 0 ? null : await store.room();
      for (const target of own) target.storeRoom = room;
      complete = !signal.aborted;
      return plan;
    } catch (thrown) {
      // What a VM or another registry refuses tells nothing of a registry.
      const { params } = toAppError(thrown);
      const refused = hosts.find((host) => host === (params['registry'] ?? params['host']));
      if (refused !== undefined && book.note(refused, { thrown })) await registries.tell(refused);
      throw thrown;
    } finally {
      await this.#openPlans.made(input.planId, complete);
      await close();
      hub.emit('vms.digested', { vmId: input.vmId });
    }
  }

  /** The sheet of a plan closed: what only it needs is let go. */
  async closePlan(planId: string): Promise<void> {
    await this.#openPlans.close(planId);
  }

  /** The VM's name by an open plan of it; null where there is none. */
  plannedName(planId: string | undefined, vmId: string): string | null {
    return planId === undefined ? null : this.#openPlans.nameOf(planId, vmId);
  }

  /** A job starts from a plan: what the plan reads, and has read, is the job's from now on. */
  handOver(planId: string, vmId: string, jobId: string): void {
    this.#openPlans.handOver(planId, vmId, jobId);
    const stop = this.#rooms.hub.on('jobs.changed', ({ jobId: id, job: { state } }) => {
      if (id !== jobId || !FINAL_JOB_STATES.includes(state)) return;
      stop();
      // Of a job that never began. Nobody waits for it.
      this.#openPlans
        .jobEnded(jobId)
        .catch((thrown: unknown) => this.#ports.log.warn('source not closed', { message: String(thrown) }));
    });
  }

  /** Lets go what plans hold. */
  async close(): Promise<void> {
    await this.#openPlans.closeAll();
  }

  /** Starts the workers while the VM is being locked, where surely something is to be encoded: no chunk was ever seen. */
  async #warm(): Promise<void> {
    const { codec, index } = this.#rooms;
    try {
      if (!(await index.knowsRawSize(this.#ports.chunkSize))) codec.warm(1);
    } catch {
      // Who needs the index next says what is wrong with it.
    }
  }

  get #opening(): OpeningParts {
    return { ports: this.#ports, snapshots: this.#rooms.snapshots.store };
  }

  /** What a job reads: what its plan reads, else the snapshot that it read before it broke off, else the VM as it is now. */
  async #sourceOf(job: TransferJob, { vmId }: PushRequest): Promise<PushSource> {
    const { vms, snapshots } = this.#rooms;
    const before = this.#openPlans.takeOfJob(job.facts.id) ?? (await openJobSource(job.facts.id, snapshots.store));
    if (before !== null) return before;
    const vm = await vms.find(vmId);
    void this.#warm();
    return await openPushSource(vm, this.#opening, job.signal);
  }

  /** Connects to the registries while the VM is being locked: both take their time. Ends that where the VM cannot be had. */
  async #besideGreeting<Result>(
    clients: readonly DistributionClient[],
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const over = new AbortController();
    const greeted = AbortSignal.any([signal, over.signal]);
    // Whoever asks the registry next is told what is wrong.
    for (const client of clients) client.ping(greeted).catch(() => undefined);
    try {
      return await work();
    } catch (thrown) {
      over.abort();
      throw thrown;
    }
  }

  /** Performs the push of a job to its end. @throws AppError */
  async perform(job: TransferJob, request: PushRequest): Promise<void> {
    const { vms, book, registries } = this.#rooms;
    const targets = this.targets(request);
    let run: PushRun | null = null;
    const onRetry = (notice: RetryNotice): void => {
      if (run?.retrying(notice) !== true) job.retrying(notice);
    };
    const { share, waits } = job;
    const { clock } = this.#ports;
    const { parts, close } = openPushParts(this.#rooms, { request, targets, share, clock, waits, onRetry });
    const source = await this.#besideGreeting(registriesOf(targets).map(parts.clientOf), job.signal, () =>
      this.#sourceOf(job, request),
    ).catch(async (thrown: unknown) => {
      await close();
      throw thrown;
    });
    try {
      const { id } = job.facts;
      await source.snapshot?.assign({ id, journal: this.#rooms.journalOf(id) }).catch((thrown: unknown) => {
        // On a full volume: it is read all the same, and only not found again by a job that was killed.
        this.#ports.log.warn('snapshot not kept for its job', { id, message: String(thrown) });
      });
      await inEitherForm(source, request, async (form) => {
        run = this.#runOf(job, request, parts, form);
        job.attach(new PushWork(run, this.#ports.chunkSize));
        const begun = run;
        await begun.run(job.signal).finally(async () => {
          // Also of a push that failed: what it sent was measured.
          await Promise.all([begun.close(), this.#learnLinks(begun)]);
        });
        await this.#learnDisk(begun);
        if (request.populateCache === true) {
          await begun.populateCache(vms.homeOf(request.vmId), clock, job.signal);
        }
      });
      if (source.snapshot !== null) await this.#rooms.snapshots.keep(source.snapshot);
    } catch (thrown) {
      for (const registry of registriesOf(targets)) book.note(registry, { thrown });
      throw thrown;
    } finally {
      await Promise.all([source.close(), close()]);
    }
    for (const registry of registriesOf(targets)) {
      const pushed = targets.filter((target) => target.registry === registry).map(({ repository }) => repository);
      await book.unhide(registry, pushed);
      await registries.tell(registry);
    }
  }

  #runOf(job: TransferJob, request: PushRequest, parts: PlanningParts, source: PushSource): PushRun {
    const { settings, bandwidth, hub, slots } = this.#rooms;
    const targets = this.targets(request);
    const draft = createDraft(source, targets, this.#ports.chunkSize, request);
    const usual = (): number => request.concurrency ?? settings().concurrency;
    const concurrency = {
      limit: usual,
      onChange: (changed: () => void) => hub.on('settings.changed', changed),
      took: (registry: string, bytes: number) => slots.took(registry, bytes),
      enter: (places: readonly string[], signal: AbortSignal) =>
        slots.enter(
          [
            { host: EVERY_HOST, limit: usual },
            ...places
              .filter((place) => !isLayoutPlace(place))
              .map((host) => ({ host, limit: () => parts.clientOf(host).atOnce(usual()) })),
          ],
          signal,
          job.share,
        ),
    };
    return new PushRun(parts, draft, request, job.gate, bandwidth, concurrency, this.#rooms.flights, {
      onStarted: () => job.started(),
      onChange: (layer) => job.touch(layer),
      onSent: (bytes) => job.sent(bytes),
      onNote: (note) => this.#rooms.noteSent(job.facts.id, note),
      onStuck: async (stuck, signal) => {
        job.wait(stuck);
        const host = stuck.error.params['host'];
        const client = typeof host === 'string' ? parts.clientOf(host) : null;
        await waitOut(stuck, job.waits, client, signal);
        job.goOn();
      },
    });
  }

  /** The next plan of this VM tells which chunks are other ones since. */
  async #learnDisk({ draft: { source, chunkSize, layers } }: PushRun): Promise<void> {
    if (source.image !== null) return;
    const rawDigests = layers.flatMap(({ kind, rawDigest }) => (kind === 'disk' ? (rawDigest ?? []) : []));
    await this.#rooms.pushedChunks.learn(source.vmId, chunkSize, rawDigests);
  }

  async #learnLinks({ links }: PushRun): Promise<void> {
    for (const [registry, { bytesPerSecond }] of links) {
      if (bytesPerSecond !== null) await this.#rooms.hosts.learnLinkRate(registry, bytesPerSecond);
    }
  }
}

/**
 * Works with a cached image's own manifest; where that cannot be and a new one was agreed to, once more with a new one.
 * `mayChange` tells the work that a second time would follow.
 */
async function inEitherForm<Result>(
  source: PushSource,
  { newManifest }: PushRequest,
  work: (source: PushSource, mayChange: boolean) => Promise<Result>,
): Promise<Result> {
  const mayChange = source.verbatim !== null && newManifest === true;
  try {
    return await work(source, mayChange);
  } catch (thrown) {
    if (!mayChange || !(thrown instanceof AppError) || thrown.code !== 'image.layerMissing') throw thrown;
    return await work(withNewManifest(source), false);
  }
}

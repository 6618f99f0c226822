import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ContractClient } from '../../../shared/contract/client.ts';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { JobDelta, JobLayer, JobSummary } from '../../../shared/models/job.ts';

/** The speed of a job at one moment. */
export interface SpeedSample {
  readonly atMs: number;
  /** Bytes a second. */
  readonly rate: number;
}

/** A whole job, as far as it is watched. */
interface WatchedJob {
  readonly sequence: number;
  readonly layers: readonly JobLayer[];
}

/** What the window knows of the engine's jobs. */
export interface JobMirrorState {
  readonly loaded: boolean;
  /** Newest first. */
  readonly jobs: readonly JobSummary[];
  /** Layers of the jobs that somebody watches, by id. */
  readonly watched: ReadonlyMap<string, WatchedJob>;
  /** Of the last 5 minutes, at most one a second, by job id. */
  readonly speeds: ReadonlyMap<string, readonly SpeedSample[]>;
  readonly error: ErrorData | null;
}

/** A mirror of the jobs: snapshots, and deltas while their numbers have no gap. */
export interface JobMirror {
  readonly store: StoreApi<JobMirrorState>;
  /** Keeps the layers of a job; the returned function lets them go. */
  readonly watch: (id: string) => () => void;
  readonly close: () => void;
}

const SPEED_MS = 5 * 60_000;
const SPEED_STEP_MS = 1000;

function withJob(jobs: readonly JobSummary[], job: JobSummary): readonly JobSummary[] {
  const place = jobs.findIndex(({ id }) => id === job.id);
  const next = place < 0 ? [job, ...jobs] : jobs.with(place, job);
  return place < 0 ? next.sort((one, other) => other.createdMs - one.createdMs) : next;
}

function withLayers(layers: readonly JobLayer[], changed: readonly JobLayer[]): readonly JobLayer[] {
  if (changed.length === 0) return layers;
  const next = [...layers];
  for (const layer of changed) {
    // The place in the array is the index; a job that does not keep to it is looked through.
    const place =
      next[layer.index]?.index === layer.index ? layer.index : next.findIndex((own) => own.index === layer.index);
    if (place >= 0) next[place] = layer;
    else next.push(layer);
  }
  // A snapshot from before the plan has no layers; the deltas after it bring all of them.
  return next.length === layers.length ? next : next.sort((one, other) => one.index - other.index);
}

function withSpeed(samples: readonly SpeedSample[], job: JobSummary, nowMs: number): readonly SpeedSample[] {
  const last = samples.at(-1);
  if (last !== undefined && nowMs - last.atMs < SPEED_STEP_MS) return samples;
  return [...samples.filter(({ atMs }) => nowMs - atMs <= SPEED_MS), { atMs: nowMs, rate: job.rate }];
}

/** Starts to mirror the jobs behind a client; ends on {@link JobMirror.close}. */
export function createJobMirror(client: ContractClient, now: () => number = Date.now): JobMirror {
  const store = createStore<JobMirrorState>(() => ({
    loaded: false,
    jobs: [],
    watched: new Map(),
    speeds: new Map(),
    error: null,
  }));
  const watchers = new Map<string, number>();
  /** Number of the newest delta of each job. */
  const newest = new Map<string, number>();
  const loading = new Set<string>();
  const lifetime = new AbortController();

  function failed(thrown: unknown): void {
    const error = toAppError(thrown).toData();
    if (error.code !== 'cancelled') store.setState({ error });
  }

  function setWatched(id: string, job: WatchedJob | null): void {
    const watched = new Map(store.getState().watched);
    if (job === null) watched.delete(id);
    else watched.set(id, job);
    store.setState({ watched });
  }

  function load(id: string): void {
    if (loading.has(id)) return;
    loading.add(id);
    const before = newest.get(id);
    client
      .call('jobs.get', { id }, { signal: lifetime.signal })
      .finally(() => loading.delete(id))
      .then(({ sequence, job }) => {
        const now = newest.get(id);
        // Deltas overtook it: what they said would be lost.
        if (now !== undefined && now !== before && sequence < now) {
          load(id);
          return;
        }
        const { layers, ...summary } = job;
        store.setState((state) => ({ jobs: withJob(state.jobs, summary) }));
        if (watchers.has(id)) setWatched(id, { sequence, layers });
      }, failed);
  }

  function change({ jobId, sequence, job, layers }: JobDelta): void {
    newest.set(jobId, sequence);
    const state = store.getState();
    const speeds = new Map(state.speeds);
    speeds.set(jobId, withSpeed(speeds.get(jobId) ?? [], job, now()));
    store.setState({ jobs: withJob(state.jobs, job), speeds });
    const own = state.watched.get(jobId);
    if (own === undefined || sequence <= own.sequence) return;
    if (sequence === own.sequence + 1) setWatched(jobId, { sequence, layers: withLayers(own.layers, layers) });
    else load(jobId);
  }

  const stops = [
    client.on('jobs.changed', change),
    client.on('jobs.removed', ({ id }) => {
      store.setState((state) => ({ jobs: state.jobs.filter((job) => job.id !== id) }));
      newest.delete(id);
      setWatched(id, null);
    }),
  ];
  client.call('jobs.list', null, { signal: lifetime.signal }).then((listed) => {
    store.setState((state) => {
      // A delta that came before the list is newer than the list.
      const jobs = state.jobs.reduce(
        withJob,
        [...listed].sort((one, other) => other.createdMs - one.createdMs),
      );
      return { jobs, loaded: true };
    });
  }, failed);

  return {
    store,
    watch(id) {
      watchers.set(id, (watchers.get(id) ?? 0) + 1);
      if (watchers.get(id) === 1) load(id);
      return () => {
        const left = (watchers.get(id) ?? 1) - 1;
        if (left > 0) {
          watchers.set(id, left);
          return;
        }
        watchers.delete(id);
        setWatched(id, null);
      };
    },
    close() {
      lifetime.abort();
      for (const stop of stops) stop();
    },
  };
}

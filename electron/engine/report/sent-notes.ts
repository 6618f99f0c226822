import type { SavedJob } from '../../../shared/models/savings.ts';
import type { AccountLayer, AccountTarget, JobAccount } from './job-account.ts';

/** What a blob is in its image. Bytes. */
export type NotedLayer = Pick<AccountLayer, 'index' | 'kind' | 'rawSize' | 'size' | 'origin'>;

/**
 * A blob that a job sends to a repository. It is noted before the request that closes it, so that a job that is killed in
 * that moment knows, when it goes on, that a blob which it finds there is its own; and once more when it arrived, so that
 * it counts even if nobody goes on with the job. Bytes.
 */
export interface SentNote {
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
  /** What was read and encoded for it, as far as it was counted. */
  readonly read: number;
  readonly encoded: number;
  /** Set when the repository has taken it. */
  readonly arrived: NotedLayer | null;
}

/**
 * The account of a run that goes on with a job which was killed: what that one sent and this one found was sent by the job.
 *
 * @param notes of earlier runs
 * @param earlier what was recorded of them: what is there needs no note
 */
export function withSentBefore(
  account: JobAccount,
  notes: readonly SentNote[],
  earlier: Pick<SavedJob, 'targets'> | null,
): JobAccount {
  if (notes.length === 0) return account;
  const noted = new Map(notes.map((note) => [keyOf(note, note.digest), note]));
  const brought = new Set<string>();
  const work = new Map<string, { readonly read: number; readonly encoded: number }>();
  for (const target of earlier?.targets ?? []) {
    for (const layer of target.layers) {
      const key = keyOf(target, layer.digest);
      // Of a layer that is in the image twice only the first place says who brought it.
      if (layer.verdict === 'upload' || layer.verdict === 'mount') brought.add(key);
      const { read, encoded } = work.get(key) ?? { read: 0, encoded: 0 };
      work.set(key, { read: read + layer.read, encoded: encoded + layer.encoded });
    }
  }
  // Of a layer for several targets the work is noted with each, and counts once.
  const counted = new Set<string>();
  const targets = account.targets.map((target) => ({
    ...target,
    layers: target.layers.map((layer) => {
      const key = keyOf(target, layer.digest);
      const note = noted.get(key);
      if (note === undefined || layer.verdict !== 'present' || brought.has(key)) return layer;
      const before = work.get(key);
      const pays = !counted.has(note.digest);
      counted.add(note.digest);
      return {
        ...layer,
        verdict: 'upload' as const,
        read: layer.read + (pays ? Math.max(0, note.read - (before?.read ?? 0)) : 0),
        encoded: layer.encoded + (pays ? Math.max(0, note.encoded - (before?.encoded ?? 0)) : 0),
      };
    }),
  }));
  return { ...account, targets };
}

/**
 * What a job had sent when it was killed, as far as it was not recorded: what arrived for certain.
 *
 * @param notes of all its runs
 * @param earlier what was recorded of them
 * @param job where the image comes from, and the references of the request
 */
export function accountOfNotes(
  notes: readonly SentNote[],
  earlier: Pick<SavedJob, 'targets'> | null,
  job: Pick<JobAccount, 'source'> & { readonly references: readonly string[] },
): JobAccount {
  const targets = new Map<string, AccountTarget & { readonly layers: AccountLayer[] }>();
  const seen = new Set<string>();
  for (const note of notes) {
    const { registry, repository, digest, arrived } = note;
    const [place, key] = [`${registry}/${repository}`, keyOf(note, digest)];
    if (arrived === null || seen.has(key)) continue;
    seen.add(key);
    const target = targets.get(place) ?? {
      registry,
      repository,
      manifestDigest: null,
      references: job.references.filter((reference) => reference.startsWith(`${place}:`)),
      layers: [],
    };
    targets.set(place, target);
    // As another run would find it: the notes say whose it is.
    target.layers.push({ ...arrived, digest, verdict: 'present', read: 0, encoded: 0 });
  }
  const { source } = job;
  const found = withSentBefore({ source, targets: [...targets.values()] }, notes, earlier);
  const sent = found.targets.map((target) => ({
    ...target,
    layers: target.layers.filter(({ verdict }) => verdict === 'upload'),
  }));
  return { source, targets: sent.filter(({ layers }) => layers.length > 0) };
}

function keyOf(
  { registry, repository }: { readonly registry: string; readonly repository: string },
  digest: string | null,
): string {
  return `${registry}/${repository}@${digest ?? ''}`;
}

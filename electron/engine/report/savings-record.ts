import type { RequestCounts } from '../../../shared/models/plan.ts';
import type { SavedJob, SavedLayer, SavedTarget, SavingsSums } from '../../../shared/models/savings.ts';
import type { AccountLayer, AccountTarget, JobAccount } from './job-account.ts';

/** What a record needs beside the account. */
export interface RecordHead {
  readonly jobId: string;
  readonly kind: 'push' | 'copy';
  readonly vmId: string | null;
  readonly name: string;
  readonly endedMs: number;
  readonly requests: RequestCounts;
  /** Raw bytes a second; null = not measured. */
  readonly encodeRate: number | null;
  /** Packed bytes a second to a registry; null = not measured. */
  readonly linkRateOf: (registry: string) => number | null;
}

/** The record of one run of a job. */
export function recordOf(account: JobAccount, head: RecordHead): SavedJob {
  const { linkRateOf, ...facts } = head;
  const stored = new Set<string>();
  const targets = account.targets.map((target): SavedTarget => {
    const linkRate = linkRateOf(target.registry);
    const spared = account.source !== 'vm' && isComplete(target);
    const layers = target.layers.map((layer): SavedLayer => {
      const blob = `${target.registry} ${layer.digest ?? ''}`;
      const isNew = layer.verdict === 'upload' && !stored.has(blob);
      if (layer.verdict === 'upload') stored.add(blob);
      return {
        ...layer,
        sent: layer.verdict === 'upload' ? layer.size : 0,
        stored: isNew ? layer.size : 0,
        tart: spared ? { read: 0, encoded: 0, sent: 0 } : byTart(layer),
      };
    });
    const { registry, repository, manifestDigest, references } = target;
    return {
      registry,
      repository,
      manifestDigest,
      references: [...references],
      linkRate,
      sums: sumsOf(layers, { encodeRate: head.encodeRate, linkRate }),
      layers,
    };
  });
  return { ...facts, targets };
}

/** Every layer was there before. An image that is no local VM is then named anew by Tart, without a look at its disk. */
function isComplete({ layers }: AccountTarget): boolean {
  return layers.every(({ verdict }) => verdict === 'present' || verdict === 'duplicate');
}

/**
 * What `tart push` does with a layer: it reads and packs each chunk, zeros and duplicates too, asks whether the repository
 * has what came out, and sends it if not; it never mounts. VM config and NVRAM it sends without asking.
 */
function byTart({ kind, verdict, rawSize, size }: AccountLayer): SavedLayer['tart'] {
  if (verdict === null) return { read: 0, encoded: 0, sent: 0 };
  const lacked = verdict === 'upload' || verdict === 'mount' ? size : 0;
  switch (kind) {
    case 'disk':
      return { read: rawSize, encoded: rawSize, sent: lacked };
    case 'nvram':
      return { read: rawSize, encoded: 0, sent: size };
    case 'config':
      return { read: 0, encoded: 0, sent: size };
    case 'overlay':
    case 'layer':
    case 'manifest':
      return { read: 0, encoded: 0, sent: lacked };
  }
}

/** What was measured of this machine and of the link to a registry, in bytes a second. */
export interface Rates {
  readonly encodeRate: number | null;
  readonly linkRate: number | null;
}

/** Sums over the layers of one target. */
export function sumsOf(layers: readonly SavedLayer[], rates: Rates): SavingsSums {
  const sum = (pick: (layer: SavedLayer) => number): number => layers.reduce((total, layer) => total + pick(layer), 0);
  const by = (verdict: SavedLayer['verdict']): number => sum((layer) => (layer.verdict === verdict ? layer.size : 0));
  const [present, mounted, duplicate, uploaded] = [by('present'), by('mount'), by('duplicate'), by('upload')];
  const pushed = present + mounted + duplicate + uploaded;
  const done = {
    read: sum(({ read }) => read),
    encoded: sum(({ encoded }) => encoded),
    sent: sum(({ sent }) => sent),
  };
  const tart = {
    read: sum((layer) => layer.tart.read),
    encoded: sum((layer) => layer.tart.encoded),
    sent: sum((layer) => layer.tart.sent),
  };
  const own = secondsOf(done, rates);
  // A link that was never measured tells nothing of what was not sent: only what was not encoded counts then.
  const seconds = secondsOf(done.sent === 0 && rates.linkRate === null ? { ...tart, sent: 0 } : tart, rates);
  return {
    jobs: 1,
    pushed,
    present,
    mounted,
    duplicate,
    uploaded,
    sent: done.sent,
    notSent: present + mounted + duplicate,
    notStored: pushed - sum(({ stored }) => stored),
    read: done.read,
    encoded: done.encoded,
    notRead: tart.read - done.read,
    notEncoded: tart.encoded - done.encoded,
    notSentByTart: tart.sent - done.sent,
    counterfactual: { ...tart, seconds },
    savedSeconds: own === null || seconds === null ? null : seconds - own,
  };
}

/**
 * How long encoding and sending take side by side: as long as the slower of them. Null where a rate is needed that was not
 * measured.
 */
function secondsOf(work: { readonly encoded: number; readonly sent: number }, rates: Rates): number | null {
  const encoding = work.encoded === 0 ? 0 : rates.encodeRate === null ? null : work.encoded / rates.encodeRate;
  const sending = work.sent === 0 ? 0 : rates.linkRate === null ? null : work.sent / rates.linkRate;
  return encoding === null || sending === null ? null : Math.max(encoding, sending);
}

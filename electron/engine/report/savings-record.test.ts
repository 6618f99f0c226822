import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictSchema } from '../../../shared/models/plan.ts';
import type { SavedJob, SavingsSums } from '../../../shared/models/savings.ts';
import { type AccountLayer, accountOfCopy, accountOfPush, type JobAccount } from './job-account.ts';
import { mergeRecords } from './merge-records.ts';
import { recordOf } from './savings-record.ts';

const CHUNK = 1000;
const HEAD = {
  jobId: 'job',
  kind: 'push' as const,
  vmId: 'vm:builder',
  name: 'builder',
  endedMs: 0,
  requests: { head: 1, mount: 0, upload: 0, manifest: 1 },
  encodeRate: 100,
  linkRateOf: () => 10,
};

/** A disk chunk of 1000 raw bytes and 100 packed ones. */
function chunk(index: number, verdict: AccountLayer['verdict'], work: Partial<AccountLayer> = {}): AccountLayer {
  const digest = `sha256:${String(index)}`;
  const size = verdict === null ? 0 : 100;
  return { index, kind: 'disk', digest, rawSize: CHUNK, size, verdict, origin: 'cache', read: 0, encoded: 0, ...work };
}

function accountOf(layers: readonly AccountLayer[], source: JobAccount['source'] = 'vm'): JobAccount {
  const target = { registry: 'a.io', repository: 'b', manifestDigest: null, references: ['a.io/b:1'], layers };
  return { source, targets: [target] };
}

function sumsOf(record: SavedJob): SavingsSums {
  const [target] = record.targets;
  if (target === undefined) throw new Error('no target');
  return target.sums;
}

/** The rows of the tables of a text, as cells; heads and rules left out. */
function tablesOf(text: string): string[][][] {
  const tables: string[][][] = [];
  let open = false;
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim())
      : null;
    if (cells === null) open = false;
    else if (open) tables.at(-1)?.push(cells);
    else {
      tables.push([]);
      open = true;
    }
  }
  return tables.map((rows) => rows.slice(1));
}

describe('what a job saved', () => {
  it('is what the example of the documentation says', () => {
    const text = readFileSync('docs/savings.md', 'utf8');
    const [layers = [], sides = [], parts = []] = tablesOf(text.slice(text.indexOf('## An example')));
    const kinds = { config: 'config', disk: 'disk', nvram: 'nvram' } as const;
    const account = accountOf(
      layers.map(([index, kind, rawSize, size, verdict, read, encoded]) => ({
        index: Number(index),
        // The table has these three.
        kind: kinds[kind as keyof typeof kinds],
        digest: `sha256:${String(index === '5' ? 4 : index)}`,
        rawSize: Number(rawSize),
        size: Number(size),
        verdict: verdictSchema.parse(verdict),
        origin: 'cache',
        read: Number(read),
        encoded: Number(encoded),
      })),
    );
    const sums = sumsOf(recordOf(account, { ...HEAD, encodeRate: 4e8, linkRateOf: () => 5e7 }));
    const tart = sums.counterfactual;
    const own = (tart.seconds ?? Number.NaN) - (sums.savedSeconds ?? Number.NaN);
    expect({ layers: layers.length, sides, parts }).toEqual({
      layers: 7,
      sides: [
        ['read', String(tart.read), String(sums.read), String(sums.notRead)],
        ['encoded', String(tart.encoded), String(sums.encoded), String(sums.notEncoded)],
        ['sent', String(tart.sent), String(sums.sent), String(sums.notSentByTart)],
        ['seconds', tart.seconds?.toFixed(2), own.toFixed(2), sums.savedSeconds?.toFixed(2)],
      ],
      parts: [
        ['pushed', String(sums.pushed)],
        ['present', String(sums.present)],
        ['mounted', String(sums.mounted)],
        ['duplicate', String(sums.duplicate)],
        ['uploaded', String(sums.uploaded)],
        ['not sent', String(sums.notSent)],
        ['not stored again', String(sums.notStored)],
      ],
    });
  });

  it('of a first push is nothing but what is in the image twice', () => {
    const work = { read: CHUNK, encoded: CHUNK };
    const sums = sumsOf(recordOf(accountOf([chunk(1, 'upload', work), chunk(2, 'duplicate', work)]), HEAD));
    expect(sums).toMatchObject({
      notRead: 0,
      notEncoded: 0,
      notSent: 100,
      notSentByTart: 0,
      notStored: 100,
      savedSeconds: 0,
    });
  });

  it('has the settings and the NVRAM on the side of `tart push`, which sends them without asking', () => {
    const small = { rawSize: 7, size: 7 };
    const layers = [
      chunk(0, 'present', { kind: 'config', ...small }),
      chunk(2, 'present', { kind: 'nvram', ...small }),
    ];

    expect(sumsOf(recordOf(accountOf([...layers, chunk(1, 'present')]), HEAD))).toMatchObject({
      sent: 0,
      notSentByTart: 14,
      counterfactual: { read: CHUNK + 7, encoded: CHUNK, sent: 14 },
    });
  });

  it('is less than nothing where a chunk was read and encoded twice', () => {
    const sums = sumsOf(recordOf(accountOf([chunk(1, 'upload', { read: 2 * CHUNK, encoded: 2 * CHUNK })]), HEAD));
    expect([sums.notRead, sums.notEncoded, sums.savedSeconds]).toEqual([-CHUNK, -CHUNK, -10]);
  });

  it('of an image that is no VM of this computer is nothing where its repository has all of it', () => {
    const layers = [chunk(1, 'present'), chunk(2, 'duplicate')];
    const nothing = { read: 0, encoded: 0, sent: 0, seconds: 0 };
    expect(sumsOf(recordOf(accountOf(layers, 'image'), HEAD)).counterfactual).toEqual(nothing);
    expect(sumsOf(recordOf(accountOf(layers, 'remote'), HEAD)).counterfactual).toEqual(nothing);
    expect(sumsOf(recordOf(accountOf(layers), HEAD)).counterfactual.encoded).toBe(2 * CHUNK);
  });

  it('has no time where a rate that it needs was not measured', () => {
    const uploads = accountOf([chunk(1, 'upload', { read: CHUNK, encoded: CHUNK }), chunk(2, 'mount')]);
    const timeOf = (account: JobAccount, encodeRate: number | null, link: number | null): number | null =>
      sumsOf(recordOf(account, { ...HEAD, encodeRate, linkRateOf: () => link })).savedSeconds;
    const mounts = accountOf([chunk(1, 'present'), chunk(2, 'mount')]);
    expect([timeOf(uploads, 100, null), timeOf(mounts, null, 10), timeOf(mounts, 100, null)]).toEqual([null, null, 20]);
  });

  it('counts reading and encoding once in a push to two repositories, with the one that was sent to', () => {
    const layer = {
      index: 1,
      kind: 'disk' as const,
      digest: 'sha256:1',
      rawSize: CHUNK,
      size: 100,
      origin: 'encoded' as const,
    };
    const place = { place: 'registry' as const, registry: 'a.io', manifestDigest: null, references: [] };
    const account = accountOfPush(
      {
        cachedImage: null,
        targets: [
          { ...place, repository: 'first', layers: [{ ...layer, verdict: 'present' }] },
          { ...place, repository: 'second', layers: [{ ...layer, verdict: 'upload' }] },
          { ...place, repository: 'third', layers: [{ ...layer, verdict: 'upload' }] },
          { ...place, place: 'store', repository: 'copy', layers: [{ ...layer, verdict: 'upload' }] },
        ],
      },
      () => ({ done: true, read: CHUNK, encoded: CHUNK }),
    );
    const rows = recordOf(account, HEAD).targets.map(({ repository, sums }) => [
      repository,
      sums.read,
      sums.notRead,
      sums.notStored,
    ]);
    // The registry stores the blob of the third no second time.
    expect(rows).toEqual([
      ['first', 0, CHUNK, 100],
      ['second', CHUNK, 0, 0],
      ['third', 0, CHUNK, 100],
    ]);
  });

  it('of a job that failed is what had arrived, without the work for what had not', () => {
    const layer = {
      kind: 'disk' as const,
      rawSize: CHUNK,
      size: 100,
      origin: 'encoded' as const,
      verdict: 'upload' as const,
    };
    const account = accountOfPush(
      {
        cachedImage: null,
        targets: [
          {
            place: 'registry',
            registry: 'a.io',
            repository: 'b',
            manifestDigest: null,
            references: [],
            layers: [1, 2, 3].map((index) => ({ ...layer, index, digest: `sha256:${String(index)}` })),
          },
        ],
      },
      (index) => ({ done: index === 1, read: index === 3 ? 0 : CHUNK, encoded: 0 }),
    );
    expect(sumsOf(recordOf(account, HEAD))).toMatchObject({ pushed: 100, sent: 100, read: 2 * CHUNK, notRead: -CHUNK });
  });

  it('of a copy counts no manifest, and raw bytes only where the image tells of them', () => {
    const layer = {
      rawOffset: null,
      rawSize: CHUNK,
      size: 100,
      estimatedSize: null,
      verdict: 'mount' as const,
      origin: 'remote' as const,
      zero: false,
      reason: 'mountable' as const,
      mountedFrom: 'c',
      base: null,
      knownFrom: null,
      changedSinceMs: null,
      changedFrom: null,
      unchangedSinceMs: null,
      mediaType: '',
    };
    const bytes = { raw: 0, packed: 0, read: 0, encoded: 0, uploaded: 0, mounted: 0, present: 0, duplicate: 0 };
    const account = accountOfCopy(
      {
        jobId: '',
        sources: [],
        seconds: 0,
        estimatedSeconds: null,
        bytes,
        requests: HEAD.requests,
        targets: [
          {
            place: 'registry',
            registry: 'a.io',
            repository: 'b',
            manifestDigest: null,
            knownUploadTime: null,
            layerLimit: null,
            storeRoom: null,
            references: [],
            bytes,
            untriedBytes: 0,
            hereBytes: 0,
            layers: [
              { ...layer, index: 0, kind: 'disk', rawDigest: 'sha256:r', digest: 'sha256:0' },
              { ...layer, index: 1, kind: 'layer', rawDigest: null, digest: 'sha256:1' },
              { ...layer, index: 2, kind: 'manifest', rawDigest: null, digest: 'sha256:2' },
            ],
          },
        ],
      },
      () => true,
    );
    expect(sumsOf(recordOf(account, { ...HEAD, kind: 'copy' }))).toMatchObject({
      mounted: 200,
      sent: 0,
      counterfactual: { read: CHUNK, encoded: CHUNK, sent: 200 },
    });
  });
});

describe('a job that is tried again', () => {
  const first = recordOf(
    accountOf([chunk(1, 'upload', { read: CHUNK, encoded: CHUNK }), chunk(2, null, { read: 400 })]),
    HEAD,
  );

  it('has sent what its first try sent, and saved nothing by finding it', () => {
    const second = recordOf(
      accountOf([chunk(1, 'present'), chunk(2, 'upload', { read: CHUNK, encoded: CHUNK })]),
      HEAD,
    );
    const merged = mergeRecords(first, second);
    expect({ requests: merged.requests, sums: sumsOf(merged) }).toMatchObject({
      requests: { head: 2, mount: 0, upload: 0, manifest: 2 },
      sums: {
        pushed: 200,
        present: 0,
        uploaded: 200,
        sent: 200,
        notStored: 0,
        read: 2400,
        notRead: -400,
        notEncoded: 0,
      },
    });
  });

  it('keeps what its first try brought where the second comes to nothing', () => {
    expect(sumsOf(mergeRecords(first, { ...HEAD, targets: [] }))).toEqual(sumsOf(first));
  });

  it('tells what was sent in vain of a chunk that changed in between', () => {
    const changed = chunk(1, 'upload', { digest: 'sha256:new', read: CHUNK, encoded: CHUNK });
    const sums = sumsOf(mergeRecords(first, recordOf(accountOf([changed]), HEAD)));
    expect([sums.uploaded, sums.sent]).toEqual([100, 200]);
  });
});

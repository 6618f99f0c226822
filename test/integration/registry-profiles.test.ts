import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type FakeProfile, PLAYED, refusal } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { first, isPiece } from '../fixtures/faults.ts';
import { isWhole } from '../fixtures/push-through.ts';
import { type RegistryProxy, type SeenRequest, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const PIECE = 1_000_000;
/** Those whose uploads or mounts differ. */
const UPLOADERS = ['distribution3', 'ecr', 'gar', 'ghcr', 'acr', 'zot', 'crane', 'artifactory'] as const;

let home: TartHome;
let vm: TartVm;
let engine: TestEngine;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  engine = await openTestEngine({ tartHome: home.root });
});
afterAll(async () => {
  await engine.close();
  await home.remove();
});

/** Lets a registry play while work is done with it. */
async function playing<Result>(
  profile: Partial<FakeProfile>,
  work: (registry: FakeRegistry) => Promise<Result>,
): Promise<Result> {
  const registry = await startFakeRegistry({ profile });
  try {
    return await work(registry);
  } finally {
    await registry.close();
  }
}

const push = (host: string, repository: string, pieceSize: number | null = null) =>
  engine.push({ vmId: 'vm:builder', references: [`${host}/${repository}:1`], pieceSize });

/** A push to two repositories, one layer at a time: what the first got, the second may have by a mount. */
const pushToTwo = (host: string, pieceSize: number | null = null) =>
  engine.push({
    vmId: 'vm:builder',
    references: ['one', 'two'].map((repository) => `${host}/team/${repository}:1`),
    concurrency: 1,
    pieceSize,
  });

/** In which form a request brings bytes of a blob. */
function formOf({ method, headers }: SeenRequest): 'pieces' | 'stream' | 'whole' | 'one POST' {
  if (method === 'POST') return 'one POST';
  if (method === 'PUT') return 'whole';
  return headers['content-range'] === undefined ? 'stream' : 'pieces';
}

/** The forms in which disk layers were taken. Config and NVRAM go in one request each, whatever the form. */
function formsOf(registry: FakeRegistry): string[] {
  const all = [...registry.seen, ...registry.seenByStorage];
  const taken = all.filter(({ path, bytes, status }) => path.includes('/uploads/') && bytes > 150_000 && status < 300);
  return [...new Set(taken.map(formOf))].sort();
}

/** What every push has to leave behind: a whole image, no open session, and storage that saw no credentials. */
function leftBy(registry: FakeRegistry, repository: string) {
  return {
    whole: registry.content.isWhole(repository, '1'),
    openUploads: registry.openUploads(),
    refusedByStorage: registry.seenByStorage.filter(({ status }) => status === 400).length,
  };
}

const CLEAN = { whole: true, openUploads: 0, refusedByStorage: 0 };

describe('a push arrives whole, and leaves no session open', () => {
  it.each(UPLOADERS)('at %s: in pieces, mounted from beside', async (name) => {
    const profile: FakeProfile = PLAYED[name];
    await playing(profile, async (registry) => {
      await pushToTwo(registry.host, PIECE);
      const mounted = registry.seen.some(({ path, status }) => path.includes('mount=') && status === 201);
      expect({
        one: leftBy(registry, 'team/one'),
        two: leftBy(registry, 'team/two'),
        forms: formsOf(registry),
        mounted,
      }).toEqual({
        one: CLEAN,
        two: CLEAN,
        forms: [typeof profile.chunks === 'object' ? 'whole' : 'pieces'],
        mounted: profile.mount === 'mounts' || profile.mount === 'anywhere',
      });
    });
  });

  const no = (status: number) => refusal(status, 'UNSUPPORTED', 'not in this form');
  it.each<[string, Partial<FakeProfile>, number | null, string[]]>([
    ['one PUT alone', { chunks: no(416), stream: no(416) }, null, ['whole']],
    ['pieces alone', { mono: no(413), stream: no(416) }, null, ['pieces']],
    ['a stream alone', { mono: no(413), chunks: no(416) }, PIECE, ['stream']],
    [
      'pieces no longer than 100,000 bytes, or one PUT',
      { longestChunk: { bytes: 100_000, refusal: no(416) } },
      PIECE,
      ['whole'],
    ],
    ['pieces, their first Range for ever', { patchRange: 'stuck', patchStatus: 201 }, PIECE, ['pieces']],
    ['pieces, without status', { uploadStatus: false, patchStatus: 204 }, PIECE, ['pieces']],
    ['pieces, in signed places alone', { signedLocations: true, wrongRange: 'appended' }, PIECE, ['pieces']],
    ['pieces at another host', { location: 'storage' }, PIECE, ['pieces']],
    ['a stream in relative places', { location: 'relative' }, null, ['stream']],
    ['without digests and lengths in its answers', { contentDigest: false, contentLength: false }, null, ['stream']],
  ])('at one that takes %s', async (_name, profile, pieceSize, forms) => {
    await playing(profile, async (registry) => {
      await push(registry.host, 'team/form', pieceSize);
      expect({ ...leftBy(registry, 'team/form'), forms: formsOf(registry) }).toEqual({ ...CLEAN, forms });
    });
  });

  it('and an independent client pulls from what it made', async () => {
    await playing(PLAYED.ecr, async (registry) => {
      await push(registry.host, 'team/pulled');
      expect(await isWhole(`${registry.host}/team/pulled:1`, vm)).toBe(true);
    });
  });
});

describe('a mount', () => {
  it.each([401, 403])('that is answered %i is an upload, and no failure', async (status) => {
    const mount = refusal(status, 'DENIED', 'requested access to the resource is denied');
    await playing({ mount }, async (registry) => {
      await pushToTwo(registry.host);
      const asked = registry.count('POST', /mount=/) > 0;
      expect({ ...leftBy(registry, 'team/two'), asked }).toEqual({ ...CLEAN, asked: true });
    });
  });

  it('that is answered 202 is the open session of the upload: there is no second one', async () => {
    await playing({ mount: 'opens' }, async (registry) => {
      await pushToTwo(registry.host);
      const sessions = registry.count('POST', /\/blobs\/uploads\//);
      const committed = registry.count('PUT', /digest=/);
      const asked = registry.count('POST', /mount=/) > 0;
      expect({ ...leftBy(registry, 'team/two'), asked, unused: sessions - committed }).toEqual({
        ...CLEAN,
        asked: true,
        unused: 0,
      });
    });
  });
});

describe('a push to another repository of a registry that has the image', () => {
  it('mounts all of it, and the plan says where from', async () => {
    await playing({}, async (registry) => {
      await push(registry.host, 'team/one');
      registry.clearSeen();
      const plan = await engine.plan({ vmId: 'vm:builder', references: [`${registry.host}/team/two:1`] });
      const from = new Set(plan.targets[0]?.layers.flatMap(({ mountedFrom }) => mountedFrom ?? []));
      const { document } = await push(registry.host, 'team/two');
      expect({ ...leftBy(registry, 'team/two'), from: [...from], planned: plan.bytes.uploaded }).toEqual({
        ...CLEAN,
        from: ['team/one'],
        planned: 0,
      });
      expect({ uploaded: document.bytes.uploaded, mounted: document.bytes.mounted > 3_000_000 }).toEqual({
        uploaded: 0,
        mounted: true,
      });
    });
  });

  it('sends what is gone from there, and what cannot be mounted', async () => {
    await playing({}, async (registry) => {
      await push(registry.host, 'team/one');
      const { blobs } = registry.content.repository('team/one');
      const [largest] = [...blobs].toSorted(([, left], [, right]) => right.length - left.length);
      blobs.delete(largest?.[0] ?? '');
      const gone = (await push(registry.host, 'team/two')).document.bytes.uploaded;
      registry.play({ mount: refusal(403, 'DENIED') });
      const refused = (await push(registry.host, 'team/three')).document.bytes;
      expect({
        two: leftBy(registry, 'team/two'),
        three: leftBy(registry, 'team/three'),
        gone,
        refused: refused.uploaded > 3_000_000 && refused.mounted === 0,
      }).toEqual({ two: CLEAN, three: CLEAN, gone: largest?.[1].length, refused: true });
    });
  });
});

describe('a piece that broke off', () => {
  interface Broken {
    readonly left: object;
    readonly again: boolean;
    readonly starts: number;
    /** Pieces that did not begin where the registry's bytes end. */
    readonly outOfStep: number;
  }

  /** Pushes in pieces through a proxy that breaks the body of the third one. */
  async function broken(profile: Partial<FakeProfile>): Promise<Broken> {
    return await playing(profile, async (registry) => {
      let pieces = 0;
      // Not one of the configs, which is in the registry before it can be broken.
      const isPieceOfChunk = (seen: SeenRequest): boolean =>
        isPiece(seen) && Number(seen.headers['content-length']) > PIECE / 2;
      const third = first(
        1,
        (seen) => isPieceOfChunk(seen) && (pieces += 1) === 3,
        () => 'cutBody',
      );
      const proxy: RegistryProxy = await startRegistryProxy(registry.host, third.fault);
      await push(proxy.host, 'team/broken', PIECE);
      await proxy.close();
      const ranges = proxy.seen.filter(isPiece).map(({ headers }) => String(headers['content-range']).split('-')[0]);
      return {
        left: leftBy(registry, 'team/broken'),
        // A start in the middle of a piece: only the rest was sent.
        again: ranges.some((start) => Number(start) % PIECE !== 0),
        starts: third.hits(),
        outOfStep: proxy.seen.filter((seen) => isPiece(seen) && seen.status === 416).length,
      };
    });
  }

  it('goes on at the byte that the registry has, where its status says so', async () => {
    expect(await broken(PLAYED.distribution3)).toEqual({ left: CLEAN, again: true, starts: 1, outOfStep: 0 });
  });

  it.each([
    ['the registry lost the session', PLAYED.distribution2],
    ['the registry dropped the session', PLAYED.zot],
    ['there is no status', PLAYED.crane],
  ])('is sent again in a new session: %s', async (_name, profile) => {
    const { left, again } = await broken(profile);
    // What broke off is purged by the registry: nobody can name that session.
    expect({ left: { ...left, openUploads: 0 }, again }).toEqual({ left: CLEAN, again: false });
  });
});

import { createHash } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../shared/models/registry.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { PLAYED, refusal } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { putBlob } from '../fixtures/foreign-image.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const OCI = 'application/vnd.oci.image';
const MANIFEST = `${OCI}.manifest.v1+json`;
const INDEX = `${OCI}.index.v1+json`;

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

let home: TartHome;
let registry: DockerRegistry;
let engine: TestEngine;
let fake: FakeRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  [registry, fake] = await Promise.all([startDockerRegistry(), startFakeRegistry()]);
  engine = await openTestEngine({ tartHome: home.root });
});
afterAll(async () => {
  await engine.close();
  await Promise.all([registry.stop(), fake.close()]);
  await home.remove();
});

async function put(repository: string, reference: string, document: object, type = MANIFEST): Promise<Made> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...document }));
  const answer = await request(`${registry.origin}/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: bytes,
  });
  await answer.body.dump();
  if (answer.statusCode !== 201) throw new Error(`manifest: ${answer.statusCode}`);
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

interface Made {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Pushes an image whose layers hold these texts. */
async function image(
  repository: string,
  reference: string,
  layers: readonly string[],
  more: { readonly type?: string; readonly annotations?: Record<string, string> } = {},
): Promise<Made> {
  const { type = `${OCI}.layer.v1.tar`, ...members } = more;
  const config = {
    mediaType: `${OCI}.config.v1+json`,
    ...(await putBlob(registry.host, repository, Buffer.from('{}'))),
  };
  const named = await Promise.all(
    layers.map(async (text) => ({
      mediaType: type,
      ...(await putBlob(registry.host, repository, Buffer.from(text))),
    })),
  );
  return await put(repository, reference, { config, layers: named, ...members });
}

const read = (repository: string, host = registry.host): Promise<Repository> =>
  engine.handlers['repositories.read']({ host, repository }, never);
const listed = async (host: string): Promise<string[] | undefined> => {
  const all = await engine.handlers['registries.list'](null, never);
  return all.find((one) => one.host === host)?.repositories.map(({ repository }) => repository);
};
const tagsOf = ({ groups }: Repository): string[] => groups.flatMap(({ tags }) => tags).sort();

describe('a repository that is read', () => {
  it('has its tags by digest, with kind, size, age, and the bytes that only one digest needs', async () => {
    const repository = 'vms/mixed';
    const time = 'org.cirruslabs.tart.upload-time';
    const tart = await image(repository, 'vm', ['shared!', 'vm only'], {
      type: 'application/vnd.cirruslabs.tart.disk.v2',
      annotations: { [time]: '2026-11-20T10:00:00Z' },
    });
    await image(repository, 'vm-too', ['shared!', 'vm only'], {
      type: 'application/vnd.cirruslabs.tart.disk.v2',
      annotations: { [time]: '2026-11-20T10:00:00Z' },
    });
    const plain = await image(repository, 'plain', ['shared!', 'plain']);
    const child = await image(repository, 'child-for-a-while', ['arm64']);
    const index = await put(
      repository,
      'multi',
      { manifests: [{ ...child, platform: { os: 'linux', architecture: 'arm64' } }] },
      INDEX,
    );
    const found = await read(repository);
    const { groups } = found;
    const shown = groups.map(({ tags, digest, kind, size, onlyHere, uploadTime }) => [
      tags.join(' '),
      digest,
      kind,
      size,
      onlyHere,
      uploadTime,
    ]);
    expect(shown[0]).toEqual(['vm vm-too', tart.digest, 'tart', 16, 7, '2026-11-20T10:00:00Z']);
    expect(new Set(shown.slice(1))).toEqual(
      new Set([
        ['plain', plain.digest, 'image', 14, 5, null],
        // The index needs what its child needs.
        ['child-for-a-while', child.digest, 'image', 7, 0, null],
        ['multi', index.digest, 'index', 7, 0, null],
      ]),
    );
    const told = await engine.handlers['registries.list'](null, never);
    expect(told.find(({ host }) => host === registry.host)?.repositories).toEqual([found]);
  });

  it('is read again without a manifest, and from the list alone where that names the digests', async () => {
    fake.play({ ...PLAYED.distribution3, digestsInTagList: true });
    const repository = 'read/again';
    for (const at of [1, 2, 3])
      fake.content.image(repository, { layers: [`layer ${at}`], tags: [`${at}`, `also-${at}`] });
    const first = await read(repository, fake.host);
    const asked = [fake.count('HEAD', /manifests/), fake.count('GET', /manifests/)];
    fake.clearSeen();
    const second = await read(repository, fake.host);
    expect({ asked, again: fake.seen.map(({ method, path }) => `${method} ${path}`), tags: tagsOf(second) }).toEqual({
      asked: [0, 3],
      again: ['GET /v2/', `GET /v2/${repository}/tags/list?n=1000`],
      tags: ['1', '2', '3', 'also-1', 'also-2', 'also-3'],
    });
    expect(second.groups).toEqual(first.groups);
  });
});

describe('a repository with more images than are read at one look', () => {
  it('has the others read where somebody looks at them, and all of them after another look', async () => {
    fake.play({ ...PLAYED.distribution3 });
    const repository = 'read/many';
    for (let at = 0; at < 520; at += 1)
      fake.content.image(repository, { layers: [`${at}`, 'common'], tags: [`t${at}`] });
    const first = await read(repository, fake.host);
    const unknown = first.groups.filter(({ kind }) => kind === null);
    const digests = unknown.slice(0, 5).map(({ digest }) => digest);
    const place = { host: fake.host, repository };
    const answer = await engine.handlers['repositories.describe']({ ...place, digests }, never);
    const told = (await engine.handlers['registries.list'](null, never)).find(({ host }) => host === fake.host);
    const described = told?.repositories.find((one) => one.repository === repository)?.groups ?? [];
    const second = await read(repository, fake.host);
    expect({
      unknown: unknown.length,
      stored: first.storedSize,
      answer,
      left: described.filter(({ kind }) => kind === null).length,
      then: second.groups.filter(({ kind, onlyHere }) => kind === null || onlyHere === null).length,
    }).toEqual({ unknown: 20, stored: null, answer: { described: 5 }, left: 15, then: 0 });
  });
});

describe('a repository that may only be read', () => {
  it('is browsed with a token for reading, and none for writing is asked for', async () => {
    const signIn = { kind: 'bearer', user: 'alice', password: 's3cret', publicPull: true } as const;
    const open = await startFakeRegistry({ profile: { ...PLAYED.distribution3, signIn } });
    try {
      open.content.image('public/image', { layers: ['one'], tags: ['1'] });
      await read('public/image', open.host);
      const reference = `${open.host}/public/image:1`;
      await engine.handlers['images.inspect']({ reference, insecure: false, askReferrers: true }, never);
      const asked = open.seen.filter(({ path }) => path.startsWith('/token'));
      const scopes = asked.flatMap(({ path }) => new URL(path, open.origin).searchParams.getAll('scope'));
      expect(new Set(scopes)).toEqual(new Set(['repository:public/image:pull']));
    } finally {
      await open.close();
    }
  });
});

describe('a list of tags', () => {
  const TAGS = Array.from({ length: 120 }, (_, at) => `v${String(at + 1)}`);
  /** What of a list that cannot be trusted is no tag. */
  const HOSTILE = ['../../etc', 'a\u202Eb', '-x'];

  it.each([
    'whole',
    'linkless',
    'relativeLink',
    'absoluteLink',
    'opaqueLast',
    'nextPage',
    'unknownLast',
    'wrongPath',
    'foreignLink',
  ] as const)('is read whole from a registry that pages by %s, each tag once', async (tags) => {
    fake.play({ ...PLAYED.distribution3, tags, pageSize: 50 });
    const repository = `paged/${tags.toLowerCase()}`;
    fake.content.image(repository, { layers: ['one'], tags: [...TAGS, ...HOSTILE] });
    fake.clearSeen();
    const found = await read(repository, fake.host);
    expect({ tags: tagsOf(found), invalid: found.invalidTags, incomplete: found.incomplete }).toEqual({
      tags: [...TAGS].sort(),
      invalid: [...HOSTILE].sort(),
      incomplete: false,
    });
    expect(fake.seenByStorage).toEqual([]);
  });

  it('that leads to itself is cut, and says so', async () => {
    fake.play({ ...PLAYED.distribution3, tags: 'sameLink', pageSize: 10 });
    fake.content.image('paged/same', { layers: ['one'], tags: TAGS });
    fake.clearSeen();
    const found = await read('paged/same', fake.host);
    expect([found.tagCount, found.incomplete, fake.count('GET', /tags\/list/)]).toEqual([10, true, 2]);
  });

  it('without an end is given up after a hundred thousand names', async () => {
    fake.play({ ...PLAYED.distribution3, tags: 'endless' });
    fake.content.image('paged/endless', { layers: ['one'], tags: ['1'] });
    fake.clearSeen();
    const reference = `${fake.host}/paged/endless:1`;
    await engine.handlers['images.inspect']({ reference, insecure: false }, never);
    expect(fake.count('GET', /tags\/list/)).toBe(100);
  });
});

describe('an image that is looked at', () => {
  const inspect = (reference: string) =>
    engine.handlers['images.inspect']({ reference, insecure: false, askTags: false, askReferrers: true }, never);

  it('of several platforms tells its children; what is known of it costs no bytes the next time', async () => {
    fake.play({ ...PLAYED.distribution3 });
    const repository = 'looked/at';
    const arm = fake.content.image(repository, { layers: ['arm64', 'common'], layerType: `${OCI}.layer.v1.tar` });
    const intel = fake.content.image(repository, { layers: ['amd64!', 'common'], layerType: `${OCI}.layer.v1.tar` });
    const platform = (architecture: string) => ({ platform: { os: 'linux', architecture } });
    fake.content.index(
      repository,
      [
        { ...arm, ...platform('arm64') },
        { ...intel, ...platform('amd64') },
      ],
      ['multi'],
    );
    await read(repository, fake.host);
    fake.clearSeen();
    const image = await inspect(`${fake.host}/${repository}:multi`);
    expect({
      kind: image.kind,
      packed: image.packedSize,
      layers: image.layers,
      children: image.children,
    }).toMatchObject({
      kind: 'index',
      packed: 2 + 5 + 6 + 6,
      layers: [],
      children: [
        { digest: arm.digest, platform: 'linux/arm64', kind: 'image', packedSize: 13, attests: null },
        { digest: intel.digest, platform: 'linux/amd64', kind: 'image', packedSize: 14, attests: null },
      ],
    });
    expect(fake.seen.filter(({ path }) => path.includes('/manifests/multi')).map(({ status }) => status)).toEqual([
      304,
    ]);
  });

  it.each([
    ['by the API', { filters: false, pageSize: 1 }],
    ['by the fallback tag', null],
  ] as const)('has what belongs to it found %s, and by the tags of cosign', async (_how, referrers) => {
    fake.play({ ...PLAYED.distribution3, referrers });
    const repository = referrers === null ? 'signed/tags' : 'signed/api';
    const image = fake.content.image(repository, { layers: ['signed'], tags: ['1'] });
    const belonging = ['application/spdx+json', 'application/vnd.example.signature'].map((artifactType) =>
      fake.content.image(repository, { layers: [artifactType], artifactType, subject: image }),
    );
    const stem = image.digest.replace(':', '-');
    const cosign = fake.content.image(repository, { layers: ['cosign'], tags: [`${stem}.sig`] });
    if (referrers === null) {
      const types = ['application/spdx+json', 'application/vnd.example.signature'];
      fake.content.index(
        repository,
        belonging.map((one, at) => ({ ...one, artifactType: types[at] ?? '' })),
        [stem],
      );
    }
    const found = await inspect(`${fake.host}/${repository}:1`);
    const by = referrers === null ? 'fallbackTag' : 'api';
    const tag = referrers === null ? stem : null;
    expect({
      api: found.referrersApi,
      referrers: new Set(
        found.referrers?.map(({ digest, artifactType, found: how, tag: at }) =>
          [digest, artifactType, how, at].join(' '),
        ),
      ),
    }).toEqual({
      api: referrers !== null,
      referrers: new Set([
        [belonging[0]?.digest, 'application/spdx+json', by, tag].join(' '),
        [belonging[1]?.digest, 'application/vnd.example.signature', by, tag].join(' '),
        [cosign.digest, 'cosign.sig', 'cosign', `${stem}.sig`].join(' '),
      ]),
    });
  });

  it('is shown where the registry does not tell what belongs to it', async () => {
    const refusing = await startFakeRegistry({
      fault: ({ path }, _incoming, outgoing) => {
        if (!path.includes('/referrers/')) return undefined;
        outgoing.writeHead(403).end();
        return 'answered';
      },
    });
    try {
      refusing.content.image('closed', { layers: ['one'], tags: ['1'] });
      const image = await inspect(`${refusing.host}/closed:1`);
      expect([image.layers.length, image.referrers, image.referrersApi]).toEqual([1, null, null]);
    } finally {
      await refusing.close();
    }
  });
});

describe('the repositories of a registry', () => {
  it('are those that it lists, those that were pinned, and none that was taken off the list', async () => {
    fake.play({ ...PLAYED.distribution3, pageSize: 3 });
    for (const name of ['listed/a', 'listed/b']) fake.content.image(name, { layers: [name], tags: ['1'] });
    await engine.handlers['registries.read']({ host: fake.host }, never);
    const place = { host: fake.host, repository: 'listed/b' };
    await engine.handlers['repositories.unpin'](place, never);
    const taken = await listed(fake.host);
    await engine.handlers['registries.read']({ host: fake.host }, never);
    expect([taken?.includes('listed/a'), taken?.includes('listed/b'), await listed(fake.host)]).toEqual([
      true,
      false,
      taken,
    ]);
    const pinned = await engine.handlers['repositories.pin'](place, never);
    expect(pinned.repositories.find(({ repository }) => repository === 'listed/b')).toMatchObject({ pinned: true });
  });

  it('stay where it lists none, and a registry of which one was pinned is listed itself', async () => {
    const catalog = refusal(401, 'UNAUTHORIZED', 'unauthorized to list catalog');
    const other = await startFakeRegistry({ profile: { ...PLAYED.distribution3, catalog } });
    try {
      await engine.handlers['repositories.pin']({ host: other.host, repository: 'by/hand' }, never);
      await expect(engine.handlers['registries.read']({ host: other.host }, never)).rejects.toMatchObject({
        code: 'auth.unauthorized',
      });
      expect(await listed(other.host)).toEqual(['by/hand']);
    } finally {
      await other.close();
    }
  });
});

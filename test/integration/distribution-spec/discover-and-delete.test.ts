import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../fixtures/embedded-registry.ts';
import { codesOf, OCI_TYPES, type SpecRegistry, startSpecRegistry } from '../../fixtures/spec-registry.ts';

let registry: SpecRegistry;

beforeAll(async () => {
  registry = await startSpecRegistry();
});
afterAll(() => registry.stop());

describe('distribution-spec 1.1, discovering', () => {
  it('tags MUST be in lexical order, n MUST be kept and Link MUST lead on, last MUST be a tag', async () => {
    const repository = registry.fresh();
    const { bytes } = await registry.image(repository);
    for (const tag of ['b', 'A', 'c', 'a', 'B2', '_x']) await registry.put(repository, tag, bytes);
    const page = async (path: string): Promise<{ tags: string[]; link: string | undefined }> => {
      const answer = await registry.ask(path);
      expect(answer.status).toBe(200);
      const { name, tags } = JSON.parse(answer.body.toString()) as { name: string; tags: string[] };
      expect(name).toBe(repository);
      return { tags, link: answer.headers['link'] };
    };
    const list = `/v2/${repository}/tags/list`;
    const all = ['_x', 'A', 'a', 'b', 'B2', 'c'];
    expect(await page(list)).toEqual({ tags: all, link: undefined });
    const first = await page(`${list}?n=4`);
    expect(first).toEqual({ tags: all.slice(0, 4), link: `<${list}?n=4&last=b>; rel="next"` });
    expect(await page(/<(.+)>/.exec(first.link ?? '')?.[1] ?? '')).toEqual({ tags: all.slice(4), link: undefined });
    expect(await page(`${list}?last=b`)).toEqual({ tags: all.slice(4), link: undefined });
    expect(await page(`${list}?n=1&last=bb`)).toEqual({ tags: ['c'], link: undefined });
    expect(await page(`${list}?n=6`)).toEqual({ tags: all, link: undefined });
  });

  it('when n is zero the list MUST be empty and MUST NOT have a Link; what is no number is 400', async () => {
    const repository = registry.fresh();
    await registry.pushed(repository, 'a');
    const none = await registry.ask(`/v2/${repository}/tags/list?n=0`);
    const bad = await registry.ask(`/v2/${repository}/tags/list?n=-1`);
    expect([JSON.parse(none.body.toString()), none.headers['link'], bad.status]).toEqual([
      { name: repository, tags: [] },
      undefined,
      400,
    ]);
  });

  it('referrers MUST be an index of descriptors with artifactType and annotations, in 200 and the right Content-Type', async () => {
    const repository = registry.fresh();
    const { digest: of, bytes: subjectBytes } = await registry.pushed(repository, 'subject');
    const subject = { digest: of, size: subjectBytes.length };
    const signed = await registry.pushed(repository, 's', {
      subject,
      artifactType: 'application/x.signature',
      annotations: { by: 'me' },
    });
    const plain = await registry.pushed(repository, 'p', { subject, configType: 'application/x.config' });
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_TYPES.index,
        manifests: [],
        subject: { mediaType: OCI_TYPES.manifest, ...subject },
      }),
    );
    await registry.put(repository, digestOf(index), index, OCI_TYPES.index);
    const answer = await registry.ask(`/v2/${repository}/referrers/${of}`);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': OCI_TYPES.index } });
    const { manifests, ...rest } = JSON.parse(answer.body.toString()) as { manifests: { digest: string }[] };
    expect(rest).toEqual({ schemaVersion: 2, mediaType: OCI_TYPES.index });
    const entry = (digest: string): unknown => manifests.find((other) => other.digest === digest);
    expect(manifests).toHaveLength(3);
    expect(entry(signed.digest)).toEqual({
      mediaType: OCI_TYPES.manifest,
      digest: signed.digest,
      size: signed.bytes.length,
      artifactType: 'application/x.signature',
      annotations: { by: 'me' },
    });
    expect(entry(plain.digest)).toMatchObject({ artifactType: 'application/x.config' });
    expect(entry(digestOf(index))).toEqual({ mediaType: OCI_TYPES.index, digest: digestOf(index), size: index.length });
    const filtered = await registry.ask(`/v2/${repository}/referrers/${of}?artifactType=application/x.signature`);
    expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
    expect(JSON.parse(filtered.body.toString())).toMatchObject({ manifests: [{ digest: signed.digest }] });
  });

  it('no matching referrers MUST be an empty list and never 404; an invalid digest MUST be 400', async () => {
    const repository = registry.fresh();
    const [none, bad] = await Promise.all([
      registry.ask(`/v2/${repository}/referrers/${digestOf('x')}`),
      registry.ask(`/v2/${repository}/referrers/sha256:abc`),
    ]);
    expect([none.status, JSON.parse(none.body.toString())]).toMatchObject([200, { manifests: [] }]);
    expect([bad.status, codesOf(bad.body)]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it('a Link MUST be there when the referrers do not fit into one manifest', async () => {
    const repository = registry.fresh();
    const subject = { digest: digestOf('of many'), size: 7 };
    for (const tag of ['a', 'b', 'c'])
      await registry.pushed(repository, tag, { subject, annotations: { note: tag.repeat(1_800_000) } });
    const seen = new Set<string>();
    let path: string | undefined = `/v2/${repository}/referrers/${subject.digest}`;
    let pages = 0;
    while (path !== undefined) {
      const answer = await registry.ask(path);
      const { manifests } = JSON.parse(answer.body.toString()) as { manifests: { digest: string }[] };
      for (const { digest } of manifests) seen.add(digest);
      path = /<(.+)>; rel="next"/.exec(answer.headers['link'] ?? '')?.[1];
      pages += 1;
    }
    expect([seen.size, pages]).toEqual([3, 3]);
  });

  it('manifests that an index under a referrers tag lists MUST be among the referrers', async () => {
    const repository = registry.fresh();
    const subject = { digest: digestOf('old subject'), size: 11 };
    const { digest, bytes } = await registry.image(repository, { subject });
    await registry.put(repository, digest, bytes);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_TYPES.index,
      manifests: [{ mediaType: OCI_TYPES.manifest, digest, size: bytes.length }],
    });
    await registry.put(repository, subject.digest.replace(':', '-'), index, OCI_TYPES.index);
    const answer = await registry.ask(`/v2/${repository}/referrers/${subject.digest}`);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ manifests: [{ digest }] });
  });

  it('the catalog names every repository once, page by page', async () => {
    const repository = registry.fresh();
    await registry.pushed(repository, 'a');
    const answer = await registry.ask('/v2/_catalog?n=1000');
    const { repositories } = JSON.parse(answer.body.toString()) as { repositories: string[] };
    expect(repositories.filter((name) => name === repository)).toEqual([repository]);
    const first = await registry.ask('/v2/_catalog?n=1');
    expect([JSON.parse(first.body.toString()), first.headers['link']]).toEqual([
      { repositories: repositories.slice(0, 1) },
      `</v2/_catalog?${new URLSearchParams({ n: '1', last: repositories[0] ?? '' })}>; rel="next"`,
    ]);
  });
});

describe('distribution-spec 1.1, deleting', () => {
  it('deleting a tag MUST be 202; the digest and its other tags stay', async () => {
    const repository = registry.fresh();
    const { bytes, digest } = await registry.pushed(repository, 'one');
    await registry.put(repository, 'two', bytes);
    const deleted = await registry.ask(`/v2/${repository}/manifests/one`, { method: 'DELETE' });
    const statuses = await Promise.all(
      ['one', 'two', digest].map(
        async (reference) => (await registry.ask(`/v2/${repository}/manifests/${reference}`)).status,
      ),
    );
    expect([deleted.status, statuses]).toEqual([202, [404, 200, 200]]);
    await registry.ask(`/v2/${repository}/manifests/two`, { method: 'DELETE' });
    expect((await registry.ask(`/v2/${repository}/manifests/${digest}`)).status).toBe(200);
  });

  it('deleting a manifest MUST be 202 and takes its tags; in a repository that does not exist it MUST be 404', async () => {
    const repository = registry.fresh();
    const { bytes, digest, layer } = await registry.pushed(repository, 'one');
    await registry.put(repository, 'two', bytes);
    const deleted = await registry.ask(`/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    const statuses = await Promise.all(
      ['one', 'two', digest].map(
        async (reference) => (await registry.ask(`/v2/${repository}/manifests/${reference}`)).status,
      ),
    );
    const again = await registry.ask(`/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    const nowhere = await registry.ask(`/v2/${registry.fresh()}/manifests/${digest}`, { method: 'DELETE' });
    expect([deleted.status, statuses, again.status, nowhere.status]).toEqual([202, [404, 404, 404], 404, 404]);
    // Uploaded within the last day: it may be tagged again without another upload.
    expect((await registry.ask(`/v2/${repository}/blobs/${layer}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('deleting a blob MUST be 202, 404 if it is not there, and 405 while a manifest needs it', async () => {
    const repository = registry.fresh();
    const { layer } = await registry.pushed(repository, 'a');
    const loose = await registry.upload(repository, randomBytes(10));
    const remove = async (digest: string) =>
      (await registry.ask(`/v2/${repository}/blobs/${digest}`, { method: 'DELETE' })).status;
    expect([await remove(loose), await remove(loose), await remove(layer)]).toEqual([202, 404, 405]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../fixtures/embedded-registry.ts';
import { codesOf, OCI_TYPES, type SpecRegistry, startSpecRegistry } from '../../fixtures/spec-registry.ts';

let registry: SpecRegistry;

beforeAll(async () => {
  registry = await startSpecRegistry();
});
afterAll(() => registry.stop());

describe('distribution-spec 1.1, pushing manifests', () => {
  it('the manifest MUST be stored in the exact bytes, the answer MUST be 201 with Location and the digest of the client', async () => {
    const repository = registry.fresh();
    const { bytes, digest, answer } = await registry.pushed(repository, 'exact');
    expect(answer.headers['docker-content-digest']).toBe(digest);
    expect((await registry.ask(answer.headers['location'] ?? '')).body.equals(bytes)).toBe(true);
  });

  it('a manifest by digest has that digest, or is refused', async () => {
    const repository = registry.fresh();
    const { bytes, digest } = await registry.image(repository);
    const wrong = await registry.put(repository, digestOf('another'), bytes);
    const right = await registry.put(repository, digest, bytes);
    expect([wrong.status, codesOf(wrong.body), right.status]).toEqual([400, ['DIGEST_INVALID'], 201]);
    expect((await registry.ask(`/v2/${repository}/tags/list`)).body.toString()).toBe(
      JSON.stringify({ name: repository, tags: [] }),
    );
  });

  it('a manifest whose blobs are not in the repository MUST result in MANIFEST_BLOB_UNKNOWN errors and no tag', async () => {
    const [source, target] = [registry.fresh(), registry.fresh()];
    const { bytes } = await registry.image(source);
    const answer = await registry.put(target, 'a', bytes);
    expect([answer.status, codesOf(answer.body)]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']]);
    expect((await registry.ask(`/v2/${target}/manifests/a`)).status).toBe(404);
  });

  it('an index whose children are not there MUST result in MANIFEST_BLOB_UNKNOWN, one whose children are is taken', async () => {
    const repository = registry.fresh();
    const child = await registry.image(repository);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_TYPES.index,
      manifests: [{ mediaType: OCI_TYPES.manifest, digest: child.digest, size: child.bytes.length }],
    });
    const early = await registry.put(repository, 'all', index, OCI_TYPES.index);
    await registry.put(repository, child.digest, child.bytes);
    const late = await registry.put(repository, 'all', index, OCI_TYPES.index);
    expect([early.status, codesOf(early.body), late.status]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN'], 201]);
    const needed = await registry.ask(`/v2/${repository}/manifests/${child.digest}`, { method: 'DELETE' });
    expect(needed.status).toBe(405);
  });

  it.each([
    ['no JSON', '{', OCI_TYPES.manifest],
    ['no manifest', '{"schemaVersion":2}', OCI_TYPES.manifest],
    [
      'another media type than it says',
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_TYPES.index, manifests: [] }),
      OCI_TYPES.manifest,
    ],
  ])('what is no manifest is refused: %s', async (_what, body, type) => {
    const answer = await registry.put(registry.fresh(), 'a', body, type);
    expect([answer.status, codesOf(answer.body)]).toEqual([400, ['MANIFEST_INVALID']]);
  });

  it('a manifest that lies about a size is refused', async () => {
    const repository = registry.fresh();
    const { bytes } = await registry.image(repository);
    const answer = await registry.put(repository, 'a', bytes.toString().replace('"size": 2000', '"size": 2001'));
    expect([answer.status, codesOf(answer.body)]).toEqual([400, ['SIZE_INVALID']]);
  });

  it('a manifest over the limit SHOULD be 413, one of almost 4 MiB SHOULD be taken', async () => {
    const repository = registry.fresh();
    const { bytes } = await registry.image(repository);
    const padded = (size: number): Buffer => Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ' ')]);
    const [large, tooLarge] = [
      await registry.put(repository, 'a', padded(4_000_000)),
      await registry.put(repository, 'a', padded(4_194_305)),
    ];
    expect([large.status, tooLarge.status]).toEqual([201, 413]);
  });

  it('an attempt to pull from a nonexistent repository MUST be 404', async () => {
    const repository = registry.fresh();
    const answers = await Promise.all(
      ['manifests/latest', `manifests/${digestOf('x')}`, `blobs/${digestOf('x')}`, 'tags/list'].map((path) =>
        registry.ask(`/v2/${repository}/${path}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(codesOf(answers[3]?.body ?? Buffer.from('{}'))).toEqual(['NAME_UNKNOWN']);
  });

  it('a manifest whose subject does not exist MUST be accepted, and MUST be answered with OCI-Subject', async () => {
    const subject = { digest: digestOf('not there yet'), size: 13 };
    const { answer } = await registry.pushed(registry.fresh(), 'signature', { subject });
    expect(answer.headers['oci-subject']).toBe(subject.digest);
  });
});

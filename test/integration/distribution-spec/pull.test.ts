import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../fixtures/embedded-registry.ts';
import { codesOf, OCI_TYPES, type SpecRegistry, startSpecRegistry } from '../../fixtures/spec-registry.ts';

let registry: SpecRegistry;

beforeAll(async () => {
  registry = await startSpecRegistry();
});
afterAll(() => registry.stop());

describe('distribution-spec 1.1, pulling', () => {
  it('a registry MUST support all APIs of the category Pull: the base answers', async () => {
    expect((await registry.ask('/v2/')).status).toBe(200);
  });

  it.each(['UPPER/case', 'a//b', 'a/-b', 'a/b-', '..', 'a'.repeat(300)])(
    '<name> MUST match its expression: %s is refused',
    async (name) => {
      const answer = await registry.ask(`/v2/${name}/tags/list`);
      expect([answer.status, codesOf(answer.body)]).toEqual([400, ['NAME_INVALID']]);
    },
  );

  it.each(['.starts-with-a-dot', '-dash', 'a'.repeat(129), 'a%2Fb', 'sha256:abc'])(
    '<reference> as a tag MUST be at most 128 characters and match its expression: %s is refused',
    async (tag) => {
      const repository = registry.fresh();
      const { bytes } = await registry.image(repository);
      const [written, read] = await Promise.all([
        registry.put(repository, tag, bytes),
        registry.ask(`/v2/${repository}/manifests/${tag}`),
      ]);
      expect([written.status, read.status]).toEqual([400, 404]);
    },
  );

  it('GET of an existing manifest MUST provide it with 200, by tag and by digest', async () => {
    const repository = registry.fresh();
    const { bytes, digest } = await registry.pushed(repository, 'a-tag');
    for (const reference of ['a-tag', digest]) {
      const answer = await registry.ask(`/v2/${repository}/manifests/${reference}`);
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          'content-type': OCI_TYPES.manifest,
          'docker-content-digest': digest,
          'content-length': `${bytes.length}`,
        },
        body: bytes,
      });
    }
  });

  it('if the manifest is not found in the repository, the response code MUST be 404', async () => {
    const repository = registry.fresh();
    await registry.pushed(repository, 'a');
    const answers = await Promise.all(
      ['b', digestOf('nothing')].map((reference) => registry.ask(`/v2/${repository}/manifests/${reference}`)),
    );
    expect(answers.map(({ status, body }) => [status, codesOf(body)])).toEqual([
      [404, ['MANIFEST_UNKNOWN']],
      [404, ['MANIFEST_UNKNOWN']],
    ]);
  });

  it('GET of an existing blob MUST provide it with 200, Docker-Content-Digest MUST match the body', async () => {
    const repository = registry.fresh();
    const bytes = randomBytes(300_000);
    const digest = await registry.upload(repository, bytes);
    const answer = await registry.ask(`/v2/${repository}/blobs/${digest}`);
    expect(answer).toMatchObject({ status: 200, headers: { 'docker-content-digest': digest } });
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('if the blob is not found in the repository, the response code MUST be 404: other repositories do not count', async () => {
    const digest = await registry.upload(registry.fresh(), randomBytes(10));
    const other = registry.fresh();
    await registry.pushed(other, 'a');
    const answer = await registry.ask(`/v2/${other}/blobs/${digest}`);
    expect([answer.status, codesOf(answer.body)]).toEqual([404, ['BLOB_UNKNOWN']]);
    expect((await registry.ask(`/v2/${other}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
  });

  it('HEAD of an existing blob or manifest MUST return 200', async () => {
    const repository = registry.fresh();
    const { bytes, digest, layer } = await registry.pushed(repository, 'a');
    const [manifest, blob] = await Promise.all([
      registry.ask(`/v2/${repository}/manifests/a`, { method: 'HEAD' }),
      registry.ask(`/v2/${repository}/blobs/${layer}`, { method: 'HEAD' }),
    ]);
    expect(manifest).toMatchObject({
      status: 200,
      headers: { 'content-length': `${bytes.length}`, 'docker-content-digest': digest },
    });
    expect(blob).toMatchObject({ status: 200, headers: { 'content-length': '2000', 'docker-content-digest': layer } });
  });

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/1000', [0, 10]],
    ['bytes=990-', 206, 'bytes 990-999/1000', [990, 1000]],
    ['bytes=-5', 206, 'bytes 995-999/1000', [995, 1000]],
    ['bytes=5-5000', 206, 'bytes 5-999/1000', [5, 1000]],
    ['bytes=0-1,5-6', 200, undefined, [0, 1000]],
    ['bytes=9-3', 200, undefined, [0, 1000]],
    ['lines=1-2', 200, undefined, [0, 1000]],
  ])('a registry SHOULD support Range as RFC 9110 says: %s', async (range, status, contentRange, [start, end]) => {
    const repository = registry.fresh();
    const bytes = randomBytes(1000);
    const digest = await registry.upload(repository, bytes);
    const answer = await registry.ask(`/v2/${repository}/blobs/${digest}`, { headers: { range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    expect(answer.body.equals(bytes.subarray(start, end))).toBe(true);
  });

  it('a Range behind the end is answered 416 with the size, and a known ETag with 304', async () => {
    const repository = registry.fresh();
    const digest = await registry.upload(repository, randomBytes(1000));
    const path = `/v2/${repository}/blobs/${digest}`;
    const behind = await registry.ask(path, { headers: { range: 'bytes=1000-' } });
    expect([behind.status, behind.headers['content-range']]).toEqual([416, 'bytes */1000']);
    const known = await registry.ask(path, { headers: { 'if-none-match': `"${digest}"` } });
    expect([known.status, known.body.length]).toEqual([304, 0]);
  });
});

describe('distribution-spec 1.1, errors', () => {
  it('an error MUST have the format of the specification, with a code of its list', async () => {
    const answer = await registry.ask(`/v2/${registry.fresh()}/manifests/nothing`);
    expect([answer.headers['content-type'], JSON.parse(answer.body.toString())]).toEqual([
      'application/json',
      { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown to registry' }] },
    ]);
  });

  it('no path leads out of the API', async () => {
    const answers = await Promise.all(
      ['/', '/v1/', '/v2/a/b', '/v2/a/../../etc/passwd', '/v2/a/blobs/%2e%2e%2f%2e%2e', '/v2/%ff/tags/list'].map(
        (path) => registry.ask(path),
      ),
    );
    expect(answers.map(({ status }) => Math.floor(status / 100))).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, type StartedRegistry, startEmbedded } from '../fixtures/embedded-registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

let registry: StartedRegistry;
let names = 0;

beforeAll(async () => {
  registry = await startEmbedded();
});
afterAll(() => registry.stop());

/** A repository that no other test uses. */
function fresh(): string {
  names += 1;
  return `spec/test-${names}`;
}

function codes(body: Buffer): string[] {
  const { errors } = JSON.parse(body.toString()) as { errors: { code: string }[] };
  return errors.map(({ code }) => code);
}

interface ManifestParts {
  readonly subject?: { readonly digest: string; readonly size: number };
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
  readonly configType?: string;
}

/** An image with one layer of its own, its blobs uploaded; the manifest is not yet pushed. */
async function image(
  repository: string,
  parts: ManifestParts = {},
): Promise<{ bytes: Buffer; digest: string; layer: string }> {
  const config = Buffer.from('{}');
  const layer = randomBytes(2000);
  await Promise.all([registry.upload(repository, config), registry.upload(repository, layer)]);
  const { subject, configType = CONFIG, ...members } = parts;
  const bytes = Buffer.from(
    JSON.stringify(
      {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: configType, digest: digestOf(config), size: config.length },
        layers: [{ mediaType: 'application/octet-stream', digest: digestOf(layer), size: layer.length }],
        ...(subject === undefined ? {} : { subject: { mediaType: MANIFEST, ...subject } }),
        ...members,
      },
      null,
      3,
    ),
  );
  return { bytes, digest: digestOf(bytes), layer: digestOf(layer) };
}

async function put(repository: string, reference: string, bytes: Buffer | string, type = MANIFEST) {
  return await registry.ask(`/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: bytes,
  });
}

async function pushed(repository: string, tag: string, parts: ManifestParts = {}) {
  const made = await image(repository, parts);
  const answer = await put(repository, tag, made.bytes);
  expect(answer.status).toBe(201);
  return { ...made, answer };
}

async function session(repository: string): Promise<string> {
  const answer = await registry.ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  return answer.headers['location'] ?? '';
}

async function patch(location: string, body: Buffer, range: string) {
  return await registry.ask(location, {
    method: 'PATCH',
    headers: { 'content-range': range, 'content-type': 'application/octet-stream' },
    body,
  });
}

describe('distribution-spec 1.1, pulling', () => {
  it('a registry MUST support all APIs of the category Pull: the base answers', async () => {
    expect((await registry.ask('/v2/')).status).toBe(200);
  });

  it.each(['UPPER/case', 'a//b', 'a/-b', 'a/b-', '..', 'a'.repeat(300)])(
    '<name> MUST match its expression: %s is refused',
    async (name) => {
      const answer = await registry.ask(`/v2/${name}/tags/list`);
      expect([answer.status, codes(answer.body)]).toEqual([400, ['NAME_INVALID']]);
    },
  );

  it.each(['.starts-with-a-dot', '-dash', 'a'.repeat(129), 'a%2Fb', 'sha256:abc'])(
    '<reference> as a tag MUST be at most 128 characters and match its expression: %s is refused',
    async (tag) => {
      const repository = fresh();
      const { bytes } = await image(repository);
      const [written, read] = await Promise.all([
        put(repository, tag, bytes),
        registry.ask(`/v2/${repository}/manifests/${tag}`),
      ]);
      expect([written.status, read.status]).toEqual([400, 404]);
    },
  );

  it('GET of an existing manifest MUST provide it with 200, by tag and by digest', async () => {
    const repository = fresh();
    const { bytes, digest } = await pushed(repository, 'a-tag');
    for (const reference of ['a-tag', digest]) {
      const answer = await registry.ask(`/v2/${repository}/manifests/${reference}`);
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': MANIFEST, 'docker-content-digest': digest, 'content-length': `${bytes.length}` },
        body: bytes,
      });
    }
  });

  it('if the manifest is not found in the repository, the response code MUST be 404', async () => {
    const repository = fresh();
    await pushed(repository, 'a');
    const answers = await Promise.all(
      ['b', digestOf('nothing')].map((reference) => registry.ask(`/v2/${repository}/manifests/${reference}`)),
    );
    expect(answers.map(({ status, body }) => [status, codes(body)])).toEqual([
      [404, ['MANIFEST_UNKNOWN']],
      [404, ['MANIFEST_UNKNOWN']],
    ]);
  });

  it('GET of an existing blob MUST provide it with 200, Docker-Content-Digest MUST match the body', async () => {
    const repository = fresh();
    const bytes = randomBytes(300_000);
    const digest = await registry.upload(repository, bytes);
    const answer = await registry.ask(`/v2/${repository}/blobs/${digest}`);
    expect(answer).toMatchObject({ status: 200, headers: { 'docker-content-digest': digest } });
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('if the blob is not found in the repository, the response code MUST be 404: other repositories do not count', async () => {
    const digest = await registry.upload(fresh(), randomBytes(10));
    const other = fresh();
    await pushed(other, 'a');
    const answer = await registry.ask(`/v2/${other}/blobs/${digest}`);
    expect([answer.status, codes(answer.body)]).toEqual([404, ['BLOB_UNKNOWN']]);
    expect((await registry.ask(`/v2/${other}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
  });

  it('HEAD of an existing blob or manifest MUST return 200', async () => {
    const repository = fresh();
    const { bytes, digest, layer } = await pushed(repository, 'a');
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
    const repository = fresh();
    const bytes = randomBytes(1000);
    const digest = await registry.upload(repository, bytes);
    const answer = await registry.ask(`/v2/${repository}/blobs/${digest}`, { headers: { range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    expect(answer.body.equals(bytes.subarray(start, end))).toBe(true);
  });

  it('a Range behind the end is answered 416 with the size, and a known ETag with 304', async () => {
    const repository = fresh();
    const digest = await registry.upload(repository, randomBytes(1000));
    const path = `/v2/${repository}/blobs/${digest}`;
    const behind = await registry.ask(path, { headers: { range: 'bytes=1000-' } });
    expect([behind.status, behind.headers['content-range']]).toEqual([416, 'bytes */1000']);
    const known = await registry.ask(path, { headers: { 'if-none-match': `"${digest}"` } });
    expect([known.status, known.body.length]).toEqual([304, 0]);
  });
});

describe('distribution-spec 1.1, pushing blobs', () => {
  it('POST MUST answer 202 with a Location that MUST contain a UUID', async () => {
    const answer = await registry.ask(`/v2/${fresh()}/blobs/uploads/`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(answer.headers['location']).toMatch(UUID);
  });

  it('POST then PUT: the response MUST be 201 with the Location of a blob that can be pulled', async () => {
    const repository = fresh();
    const bytes = randomBytes(700_000);
    const answer = await registry.ask(`${await session(repository)}?digest=${digestOf(bytes)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    expect(answer.status).toBe(201);
    const pulled = await registry.ask(answer.headers['location'] ?? '');
    expect(pulled.body.equals(bytes)).toBe(true);
  });

  it('single POST: successful completion MUST return 201 with a Location', async () => {
    const repository = fresh();
    const bytes = randomBytes(1000);
    const answer = await registry.ask(`/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes)}`, {
      method: 'POST',
      body: bytes,
    });
    expect(answer.status).toBe(201);
    expect((await registry.ask(answer.headers['location'] ?? '')).body.equals(bytes)).toBe(true);
  });

  it.each(['POST', 'PUT'])(
    'the <digest> MUST match the blob: %s of other bytes is 400 and leaves nothing',
    async (method) => {
      const repository = fresh();
      const digest = digestOf('these');
      const to = method === 'POST' ? `/v2/${repository}/blobs/uploads/` : await session(repository);
      const answer = await registry.ask(`${to}?digest=${digest}`, { method, body: 'others' });
      expect([answer.status, codes(answer.body)]).toEqual([400, ['DIGEST_INVALID']]);
      expect((await registry.ask(`/v2/${repository}/blobs/${digest}`)).status).toBe(404);
    },
  );

  it.each(['', 'digest=', 'digest=sha256:abc', 'digest=md5:abc', `digest=sha512:${'a'.repeat(128)}`])(
    'an invalid digest or an unsupported algorithm SHOULD be 400, and the session stays: "%s"',
    async (query) => {
      const location = await session(fresh());
      const answer = await registry.ask(`${location}?${query}`, { method: 'PUT', body: 'x' });
      expect([answer.status, codes(answer.body)]).toEqual([400, ['DIGEST_INVALID']]);
      expect((await registry.ask(location)).status).toBe(204);
    },
  );

  it('each successful chunk MUST be answered 202 with Location and Range; the closing PUT MUST be 201', async () => {
    const repository = fresh();
    const bytes = randomBytes(600_000);
    const first = await patch(await session(repository), bytes.subarray(0, 250_000), '0-249999');
    expect([first.status, first.headers['range']]).toEqual([202, '0-249999']);
    const second = await patch(first.headers['location'] ?? '', bytes.subarray(250_000, 500_000), '250000-499999');
    expect([second.status, second.headers['range']]).toEqual([202, '0-499999']);
    const closed = await registry.ask(`${second.headers['location'] ?? ''}?digest=${digestOf(bytes)}`, {
      method: 'PUT',
      headers: { 'content-range': '500000-599999', 'content-type': 'application/octet-stream' },
      body: bytes.subarray(500_000),
    });
    expect(closed.status).toBe(201);
    expect((await registry.ask(closed.headers['location'] ?? '')).body.equals(bytes)).toBe(true);
  });

  it('one PATCH without Content-Range and an empty closing PUT are an upload too', async () => {
    const repository = fresh();
    const bytes = randomBytes(300_000);
    const location = await session(repository);
    const sent = await registry.ask(location, {
      method: 'PATCH',
      headers: { 'transfer-encoding': 'chunked' },
      body: bytes,
    });
    const closed = await registry.ask(`${sent.headers['location'] ?? ''}?digest=${digestOf(bytes)}`, { method: 'PUT' });
    expect([sent.status, closed.status]).toEqual([202, 201]);
  });

  it.each(['1-10', '0-9', '20-29', 'bytes 10-19/20', '10-9', 'x'])(
    'a chunk out of order MUST be answered 416, and the session goes on: %s after 0-9',
    async (range) => {
      const bytes = randomBytes(20);
      const repository = fresh();
      const location = await session(repository);
      await patch(location, bytes.subarray(0, 10), '0-9');
      const refused = await patch(location, bytes.subarray(0, 10), range);
      expect([refused.status, refused.headers['range'], refused.headers['location']]).toEqual([416, '0-9', location]);
      const next = await patch(location, bytes.subarray(10), '10-19');
      const closed = await registry.ask(`${location}?digest=${digestOf(bytes)}`, { method: 'PUT' });
      expect([next.status, closed.status]).toEqual([202, 201]);
    },
  );

  it('the first chunk MUST begin with 0, and a range as long as its chunk', async () => {
    const location = await session(fresh());
    const late = await patch(location, randomBytes(10), '5-14');
    const longer = await patch(location, randomBytes(10), '0-19');
    expect([late.status, longer.status, codes(longer.body)]).toEqual([416, 400, ['SIZE_INVALID']]);
  });

  it('the closing PUT MUST be in order too', async () => {
    const location = await session(fresh());
    const answer = await registry.ask(`${location}?digest=${digestOf('x')}`, {
      method: 'PUT',
      headers: { 'content-range': '7-7' },
      body: 'x',
    });
    expect(answer.status).toBe(416);
  });

  it('the response to an active upload MUST be 204 with Location and Range', async () => {
    const location = await session(fresh());
    await patch(location, randomBytes(10), '0-9');
    const answer = await registry.ask(location);
    expect(answer).toMatchObject({ status: 204, headers: { range: '0-9', location } });
  });

  it('a cancelled upload is gone', async () => {
    const location = await session(fresh());
    const cancelled = await registry.ask(location, { method: 'DELETE' });
    const after = await Promise.all([
      registry.ask(location),
      patch(location, randomBytes(1), '0-0'),
      registry.ask(`${location}?digest=${digestOf('')}`, { method: 'PUT' }),
    ]);
    expect(cancelled.status).toBe(204);
    expect(after.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(codes(after[1].body)).toEqual(['BLOB_UPLOAD_UNKNOWN']);
  });

  it('a session of one repository is none of another', async () => {
    const location = await session(fresh());
    const answer = await registry.ask(location.replace(/\/v2\/[^/]+\/[^/]+/, `/v2/${fresh()}`));
    expect([answer.status, codes(answer.body)]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']]);
  });

  it('the empty blob is a blob', async () => {
    const repository = fresh();
    const digest = await registry.upload(repository, '');
    expect(await registry.ask(`/v2/${repository}/blobs/${digest}`)).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
    });
  });

  it('the response to a successful mount MUST be 201 with the Location of the blob', async () => {
    const [source, target, third] = [fresh(), fresh(), fresh()];
    const bytes = randomBytes(100);
    const digest = await registry.upload(source, bytes);
    const mount = (repository: string, query: string) =>
      registry.ask(`/v2/${repository}/blobs/uploads/?mount=${digest}${query}`, { method: 'POST' });
    const [named, anonymous] = await Promise.all([mount(target, `&from=${source}`), mount(third, '')]);
    expect([named.status, anonymous.status]).toEqual([201, 201]);
    expect((await registry.ask(named.headers['location'] ?? '')).body.equals(bytes)).toBe(true);
    expect((await registry.ask(`/v2/${third}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('a mount that cannot be SHOULD be 202: the upload session has begun', async () => {
    const [source, target] = [fresh(), fresh()];
    const digest = await registry.upload(source, 'somewhere else');
    const answers = await Promise.all(
      [`mount=${digest}&from=${fresh()}`, `mount=${digestOf('nowhere')}&from=${source}`, 'mount=nonsense'].map(
        (query) => registry.ask(`/v2/${target}/blobs/uploads/?${query}`, { method: 'POST' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers.every(({ headers }) => UUID.test(headers['location'] ?? ''))).toBe(true);
    expect((await registry.ask(`/v2/${target}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('distribution-spec 1.1, pushing manifests', () => {
  it('the manifest MUST be stored in the exact bytes, the answer MUST be 201 with Location and the digest of the client', async () => {
    const repository = fresh();
    const { bytes, digest, answer } = await pushed(repository, 'exact');
    expect(answer.headers['docker-content-digest']).toBe(digest);
    expect((await registry.ask(answer.headers['location'] ?? '')).body.equals(bytes)).toBe(true);
  });

  it('a manifest by digest has that digest, or is refused', async () => {
    const repository = fresh();
    const { bytes, digest } = await image(repository);
    const wrong = await put(repository, digestOf('another'), bytes);
    const right = await put(repository, digest, bytes);
    expect([wrong.status, codes(wrong.body), right.status]).toEqual([400, ['DIGEST_INVALID'], 201]);
    expect((await registry.ask(`/v2/${repository}/tags/list`)).body.toString()).toBe(
      JSON.stringify({ name: repository, tags: [] }),
    );
  });

  it('a manifest whose blobs are not in the repository MUST result in MANIFEST_BLOB_UNKNOWN errors and no tag', async () => {
    const [source, target] = [fresh(), fresh()];
    const { bytes } = await image(source);
    const answer = await put(target, 'a', bytes);
    expect([answer.status, codes(answer.body)]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']]);
    expect((await registry.ask(`/v2/${target}/manifests/a`)).status).toBe(404);
  });

  it('an index whose children are not there MUST result in MANIFEST_BLOB_UNKNOWN, one whose children are is taken', async () => {
    const repository = fresh();
    const child = await image(repository);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ mediaType: MANIFEST, digest: child.digest, size: child.bytes.length }],
    });
    const early = await put(repository, 'all', index, INDEX);
    await put(repository, child.digest, child.bytes);
    const late = await put(repository, 'all', index, INDEX);
    expect([early.status, codes(early.body), late.status]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN'], 201]);
    const needed = await registry.ask(`/v2/${repository}/manifests/${child.digest}`, { method: 'DELETE' });
    expect(needed.status).toBe(405);
  });

  it.each([
    ['no JSON', '{', MANIFEST],
    ['no manifest', '{"schemaVersion":2}', MANIFEST],
    [
      'another media type than it says',
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
      MANIFEST,
    ],
  ])('what is no manifest is refused: %s', async (_what, body, type) => {
    const answer = await put(fresh(), 'a', body, type);
    expect([answer.status, codes(answer.body)]).toEqual([400, ['MANIFEST_INVALID']]);
  });

  it('a manifest that lies about a size is refused', async () => {
    const repository = fresh();
    const { bytes } = await image(repository);
    const answer = await put(repository, 'a', bytes.toString().replace('"size": 2000', '"size": 2001'));
    expect([answer.status, codes(answer.body)]).toEqual([400, ['SIZE_INVALID']]);
  });

  it('a manifest over the limit SHOULD be 413, one of almost 4 MiB SHOULD be taken', async () => {
    const repository = fresh();
    const { bytes } = await image(repository);
    const padded = (size: number): Buffer => Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ' ')]);
    const [large, tooLarge] = [
      await put(repository, 'a', padded(4_000_000)),
      await put(repository, 'a', padded(4_194_305)),
    ];
    expect([large.status, tooLarge.status]).toEqual([201, 413]);
  });

  it('an attempt to pull from a nonexistent repository MUST be 404', async () => {
    const repository = fresh();
    const answers = await Promise.all(
      ['manifests/latest', `manifests/${digestOf('x')}`, `blobs/${digestOf('x')}`, 'tags/list'].map((path) =>
        registry.ask(`/v2/${repository}/${path}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(codes(answers[3]?.body ?? Buffer.from('{}'))).toEqual(['NAME_UNKNOWN']);
  });

  it('a manifest whose subject does not exist MUST be accepted, and MUST be answered with OCI-Subject', async () => {
    const subject = { digest: digestOf('not there yet'), size: 13 };
    const { answer } = await pushed(fresh(), 'signature', { subject });
    expect(answer.headers['oci-subject']).toBe(subject.digest);
  });
});

describe('distribution-spec 1.1, discovering', () => {
  it('tags MUST be in lexical order, n MUST be kept and Link MUST lead on, last MUST be a tag', async () => {
    const repository = fresh();
    const { bytes } = await image(repository);
    for (const tag of ['b', 'A', 'c', 'a', 'B2', '_x']) await put(repository, tag, bytes);
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
    const repository = fresh();
    await pushed(repository, 'a');
    const none = await registry.ask(`/v2/${repository}/tags/list?n=0`);
    const bad = await registry.ask(`/v2/${repository}/tags/list?n=-1`);
    expect([JSON.parse(none.body.toString()), none.headers['link'], bad.status]).toEqual([
      { name: repository, tags: [] },
      undefined,
      400,
    ]);
  });

  it('referrers MUST be an index of descriptors with artifactType and annotations, in 200 and the right Content-Type', async () => {
    const repository = fresh();
    const { digest: of, bytes: subjectBytes } = await pushed(repository, 'subject');
    const subject = { digest: of, size: subjectBytes.length };
    const signed = await pushed(repository, 's', {
      subject,
      artifactType: 'application/x.signature',
      annotations: { by: 'me' },
    });
    const plain = await pushed(repository, 'p', { subject, configType: 'application/x.config' });
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: INDEX,
        manifests: [],
        subject: { mediaType: MANIFEST, ...subject },
      }),
    );
    await put(repository, digestOf(index), index, INDEX);
    const answer = await registry.ask(`/v2/${repository}/referrers/${of}`);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': INDEX } });
    const { manifests, ...rest } = JSON.parse(answer.body.toString()) as { manifests: { digest: string }[] };
    expect(rest).toEqual({ schemaVersion: 2, mediaType: INDEX });
    const entry = (digest: string): unknown => manifests.find((other) => other.digest === digest);
    expect(manifests).toHaveLength(3);
    expect(entry(signed.digest)).toEqual({
      mediaType: MANIFEST,
      digest: signed.digest,
      size: signed.bytes.length,
      artifactType: 'application/x.signature',
      annotations: { by: 'me' },
    });
    expect(entry(plain.digest)).toMatchObject({ artifactType: 'application/x.config' });
    expect(entry(digestOf(index))).toEqual({ mediaType: INDEX, digest: digestOf(index), size: index.length });
    const filtered = await registry.ask(`/v2/${repository}/referrers/${of}?artifactType=application/x.signature`);
    expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
    expect(JSON.parse(filtered.body.toString())).toMatchObject({ manifests: [{ digest: signed.digest }] });
  });

  it('no matching referrers MUST be an empty list and never 404; an invalid digest MUST be 400', async () => {
    const repository = fresh();
    const [none, bad] = await Promise.all([
      registry.ask(`/v2/${repository}/referrers/${digestOf('x')}`),
      registry.ask(`/v2/${repository}/referrers/sha256:abc`),
    ]);
    expect([none.status, JSON.parse(none.body.toString())]).toMatchObject([200, { manifests: [] }]);
    expect([bad.status, codes(bad.body)]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it('a Link MUST be there when the referrers do not fit into one manifest', async () => {
    const repository = fresh();
    const subject = { digest: digestOf('of many'), size: 7 };
    for (const tag of ['a', 'b', 'c'])
      await pushed(repository, tag, { subject, annotations: { note: tag.repeat(1_800_000) } });
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
    const repository = fresh();
    const subject = { digest: digestOf('old subject'), size: 11 };
    const { digest, bytes } = await image(repository, { subject });
    await put(repository, digest, bytes);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ mediaType: MANIFEST, digest, size: bytes.length }],
    });
    await put(repository, subject.digest.replace(':', '-'), index, INDEX);
    const answer = await registry.ask(`/v2/${repository}/referrers/${subject.digest}`);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ manifests: [{ digest }] });
  });

  it('the catalog names every repository once, page by page', async () => {
    const repository = fresh();
    await pushed(repository, 'a');
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
    const repository = fresh();
    const { bytes, digest } = await pushed(repository, 'one');
    await put(repository, 'two', bytes);
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
    const repository = fresh();
    const { bytes, digest, layer } = await pushed(repository, 'one');
    await put(repository, 'two', bytes);
    const deleted = await registry.ask(`/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    const statuses = await Promise.all(
      ['one', 'two', digest].map(
        async (reference) => (await registry.ask(`/v2/${repository}/manifests/${reference}`)).status,
      ),
    );
    const again = await registry.ask(`/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    const nowhere = await registry.ask(`/v2/${fresh()}/manifests/${digest}`, { method: 'DELETE' });
    expect([deleted.status, statuses, again.status, nowhere.status]).toEqual([202, [404, 404, 404], 404, 404]);
    // Uploaded within the last day: it may be tagged again without another upload.
    expect((await registry.ask(`/v2/${repository}/blobs/${layer}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('deleting a blob MUST be 202, 404 if it is not there, and 405 while a manifest needs it', async () => {
    const repository = fresh();
    const { layer } = await pushed(repository, 'a');
    const loose = await registry.upload(repository, randomBytes(10));
    const remove = async (digest: string) =>
      (await registry.ask(`/v2/${repository}/blobs/${digest}`, { method: 'DELETE' })).status;
    expect([await remove(loose), await remove(loose), await remove(layer)]).toEqual([202, 404, 405]);
  });
});

describe('distribution-spec 1.1, errors', () => {
  it('an error MUST have the format of the specification, with a code of its list', async () => {
    const answer = await registry.ask(`/v2/${fresh()}/manifests/nothing`);
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

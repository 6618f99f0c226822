import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../fixtures/embedded-registry.ts';
import { codesOf, type SpecRegistry, startSpecRegistry } from '../../fixtures/spec-registry.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

let registry: SpecRegistry;

beforeAll(async () => {
  registry = await startSpecRegistry();
});
afterAll(() => registry.stop());

describe('distribution-spec 1.1, pushing blobs', () => {
  it('POST MUST answer 202 with a Location that MUST contain a UUID', async () => {
    const answer = await registry.ask(`/v2/${registry.fresh()}/blobs/uploads/`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(answer.headers['location']).toMatch(UUID);
  });

  it('POST then PUT: the response MUST be 201 with the Location of a blob that can be pulled', async () => {
    const repository = registry.fresh();
    const bytes = randomBytes(700_000);
    const answer = await registry.ask(`${await registry.session(repository)}?digest=${digestOf(bytes)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    expect(answer.status).toBe(201);
    const pulled = await registry.ask(answer.headers['location'] ?? '');
    expect(pulled.body.equals(bytes)).toBe(true);
  });

  it('single POST: successful completion MUST return 201 with a Location', async () => {
    const repository = registry.fresh();
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
      const repository = registry.fresh();
      const digest = digestOf('these');
      const to = method === 'POST' ? `/v2/${repository}/blobs/uploads/` : await registry.session(repository);
      const answer = await registry.ask(`${to}?digest=${digest}`, { method, body: 'others' });
      expect([answer.status, codesOf(answer.body)]).toEqual([400, ['DIGEST_INVALID']]);
      expect((await registry.ask(`/v2/${repository}/blobs/${digest}`)).status).toBe(404);
    },
  );

  it.each(['', 'digest=', 'digest=sha256:abc', 'digest=md5:abc', `digest=sha512:${'a'.repeat(128)}`])(
    'an invalid digest or an unsupported algorithm SHOULD be 400, and the session stays: "%s"',
    async (query) => {
      const location = await registry.session(registry.fresh());
      const answer = await registry.ask(`${location}?${query}`, { method: 'PUT', body: 'x' });
      expect([answer.status, codesOf(answer.body)]).toEqual([400, ['DIGEST_INVALID']]);
      expect((await registry.ask(location)).status).toBe(204);
    },
  );

  it('each successful chunk MUST be answered 202 with Location and Range; the closing PUT MUST be 201', async () => {
    const repository = registry.fresh();
    const bytes = randomBytes(600_000);
    const first = await registry.patch(await registry.session(repository), bytes.subarray(0, 250_000), '0-249999');
    expect([first.status, first.headers['range']]).toEqual([202, '0-249999']);
    const second = await registry.patch(
      first.headers['location'] ?? '',
      bytes.subarray(250_000, 500_000),
      '250000-499999',
    );
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
    const repository = registry.fresh();
    const bytes = randomBytes(300_000);
    const location = await registry.session(repository);
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
      const repository = registry.fresh();
      const location = await registry.session(repository);
      await registry.patch(location, bytes.subarray(0, 10), '0-9');
      const refused = await registry.patch(location, bytes.subarray(0, 10), range);
      expect([refused.status, refused.headers['range'], refused.headers['location']]).toEqual([416, '0-9', location]);
      const next = await registry.patch(location, bytes.subarray(10), '10-19');
      const closed = await registry.ask(`${location}?digest=${digestOf(bytes)}`, { method: 'PUT' });
      expect([next.status, closed.status]).toEqual([202, 201]);
    },
  );

  it('the first chunk MUST begin with 0, and a range as long as its chunk', async () => {
    const location = await registry.session(registry.fresh());
    const late = await registry.patch(location, randomBytes(10), '5-14');
    const longer = await registry.patch(location, randomBytes(10), '0-19');
    expect([late.status, longer.status, codesOf(longer.body)]).toEqual([416, 400, ['SIZE_INVALID']]);
  });

  it('the closing PUT MUST be in order too', async () => {
    const location = await registry.session(registry.fresh());
    const answer = await registry.ask(`${location}?digest=${digestOf('x')}`, {
      method: 'PUT',
      headers: { 'content-range': '7-7' },
      body: 'x',
    });
    expect(answer.status).toBe(416);
  });

  it('the response to an active upload MUST be 204 with Location and Range', async () => {
    const location = await registry.session(registry.fresh());
    await registry.patch(location, randomBytes(10), '0-9');
    const answer = await registry.ask(location);
    expect(answer).toMatchObject({ status: 204, headers: { range: '0-9', location } });
  });

  it('a cancelled upload is gone', async () => {
    const location = await registry.session(registry.fresh());
    const cancelled = await registry.ask(location, { method: 'DELETE' });
    const after = await Promise.all([
      registry.ask(location),
      registry.patch(location, randomBytes(1), '0-0'),
      registry.ask(`${location}?digest=${digestOf('')}`, { method: 'PUT' }),
    ]);
    expect(cancelled.status).toBe(204);
    expect(after.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(codesOf(after[1].body)).toEqual(['BLOB_UPLOAD_UNKNOWN']);
  });

  it('a session of one repository is none of another', async () => {
    const location = await registry.session(registry.fresh());
    const answer = await registry.ask(location.replace(/\/v2\/[^/]+\/[^/]+/, `/v2/${registry.fresh()}`));
    expect([answer.status, codesOf(answer.body)]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']]);
  });

  it('the empty blob is a blob', async () => {
    const repository = registry.fresh();
    const digest = await registry.upload(repository, '');
    expect(await registry.ask(`/v2/${repository}/blobs/${digest}`)).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
    });
  });

  it('the response to a successful mount MUST be 201 with the Location of the blob', async () => {
    const [source, target, third] = [registry.fresh(), registry.fresh(), registry.fresh()];
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
    const [source, target] = [registry.fresh(), registry.fresh()];
    const digest = await registry.upload(source, 'somewhere else');
    const answers = await Promise.all(
      [`mount=${digest}&from=${registry.fresh()}`, `mount=${digestOf('nowhere')}&from=${source}`, 'mount=nonsense'].map(
        (query) => registry.ask(`/v2/${target}/blobs/uploads/?${query}`, { method: 'POST' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers.every(({ headers }) => UUID.test(headers['location'] ?? ''))).toBe(true);
    expect((await registry.ask(`/v2/${target}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
  });
});

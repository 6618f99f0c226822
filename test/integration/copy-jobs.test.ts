import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CopyRequest } from '../../shared/models/copy.ts';
import type { Job } from '../../shared/models/job.ts';
import { reportDocumentSchema } from '../../shared/models/report.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { isCommit, isManifestPut, isPiece } from '../fixtures/faults.ts';
import type { Fault } from '../fixtures/registry-proxy.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { runTartan, startTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;

let home: string;
let engine: TestEngine;
let one: FakeRegistry;
let two: FakeRegistry;
/** What the target does besides. */
let atTarget: Fault;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tartan-copies-'));
  engine = await openTestEngine({ tartHome: home });
});
afterAll(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});
beforeEach(async () => {
  atTarget = () => undefined;
  [one, two] = await Promise.all([
    startFakeRegistry(),
    startFakeRegistry({ fault: (seen, incoming, outgoing) => atTarget(seen, incoming, outgoing) }),
  ]);
});
afterEach(() => Promise.all([one.close(), two.close()]));

/** An image of two layers that nobody else has. */
function image(name: string, tags: readonly string[], repository = 'acme/app'): string {
  return one.content.image(repository, {
    tags,
    config: `{"name":"${name}"}`,
    layers: [randomBytesOf(`${name} one`, 40_000), randomBytesOf(`${name} two`, 20_000)],
  }).digest;
}

const from = (tag: string): string => `${one.host}/acme/app:${tag}`;
const to = (tag: string, repository = 'mirror/app'): string => `${two.host}/${repository}:${tag}`;
const all = (part: Partial<CopyRequest> = {}): Partial<CopyRequest> => ({
  repositories: [{ source: `${one.host}/acme/app`, targets: [`${two.host}/mirror/app`] }],
  ...part,
});
const statesOf = ({ targets }: Pick<Job, 'targets'>): Record<string, string> =>
  Object.fromEntries(targets.flatMap(({ references }) => references.map(({ tag, state }) => [tag, state])));

describe('the plan of a copy', () => {
  it('says what is sent and what becomes of each tag, and sends nothing', async () => {
    const digest = image('planned', ['1', '2']);
    const other = two.content.image('mirror/app', { tags: ['2', '3'], layers: [randomBytesOf('planned one', 40_000)] });
    two.content.manifest('mirror/app', one.content.find('acme/app', '1')?.bytes ?? {}, other.mediaType, ['same']);
    two.clearSeen();
    const plan = await engine.planCopy({
      images: [
        { source: from('1'), targets: [to('1'), to('same')] },
        { source: from('2'), targets: [to('2')] },
      ],
    });
    expect(plan).toMatchObject({
      sources: [
        { reference: from('1'), digest },
        { reference: from('2'), digest },
      ],
      targets: [
        {
          manifestDigest: digest,
          bytes: { present: 40_000, uploaded: 20_000 + '{"name":"planned"}'.length },
          references: [
            { tag: '1', state: 'new', previousDigest: null },
            { tag: 'same', state: 'same', previousDigest: digest },
            { tag: '2', state: 'moves', previousDigest: other.digest },
          ],
        },
      ],
    });
    expect(two.seen.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  });

  it('within a registry that was never seen to mount says what is sent if it does not', async () => {
    image('untried', ['1']);
    const request = { images: [{ source: from('1'), targets: [`${one.host}/beside/app:1`] }] };
    const before = await engine.planCopy(request);
    const { document } = await engine.copy(request);
    const after = await engine.planCopy({ images: [{ source: from('1'), targets: [`${one.host}/third/app:1`] }] });
    const { packed } = before.bytes;
    expect([before, document, after].map(({ targets }) => targets[0]?.untriedBytes)).toEqual([packed, 0, 0]);
    expect([before, document, after].map(({ bytes }) => [bytes.mounted, bytes.uploaded])).toEqual([
      [packed, 0],
      [packed, 0],
      [packed, 0],
    ]);
  });
});

describe('a copy of several tags', () => {
  it('that share a digest brings their image once, and every tag', async () => {
    const digest = image('shared', ['1', '1.0', 'latest']);
    const { document } = await engine.copy({
      images: ['1', '1.0', 'latest'].map((tag) => ({ source: from(tag), targets: [to(tag)] })),
    });
    expect(two.content.tagsOf('mirror/app')).toEqual({ '1': digest, '1.0': digest, latest: digest });
    expect(two.content.isWhole('mirror/app', 'latest')).toBe(true);
    expect(two.blobBytes()).toBe(document.bytes.uploaded);
    expect(document.bytes.uploaded).toBe(document.bytes.packed);
  });

  it('of a whole repository copies each of them, and the next time only what is new', async () => {
    const [old] = [image('first', ['1']), image('second', ['2', 'latest'])];
    const first = await engine.copy(all());
    const sent = two.blobBytes();
    const newest = image('third', ['3', 'latest']);
    const { job } = await engine.copy(all());
    expect(first.document.sources.map(({ reference }) => reference)).toEqual(['1', '2', 'latest'].map(from));
    expect(statesOf(job)).toEqual({ '1': 'same', '2': 'same', '3': 'written', latest: 'written' });
    expect(two.content.tagsOf('mirror/app')).toMatchObject({ '1': old, '3': newest, latest: newest });
    expect(two.blobBytes() - sent).toBe(60_000 + '{"name":"third"}'.length);
  });

  it('leaves tags of the target that have another image where they are, if that was asked', async () => {
    image('kept', ['1', '2']);
    const other = two.content.image('mirror/app', { tags: ['2'], layers: ['another'] });
    const { job } = await engine.copy(all({ existing: 'skip' }));
    expect(statesOf(job)).toEqual({ '1': 'written', '2': 'kept' });
    expect(two.content.tagsOf('mirror/app')['2']).toBe(other.digest);
  });

  it('of which one is broken at the source copies the others, and says what is wrong with that one', async () => {
    image('broken', ['1']);
    const good = image('good', ['2']);
    const held = one.content.repository('acme/app').blobs;
    const [layer] = [...held].find(([, bytes]) => bytes.equals(randomBytesOf('broken two', 20_000))) ?? [];
    held.set(layer ?? '', randomBytesOf('damaged', 20_000));
    const id = await engine.startCopy(all());
    const failed = await engine.until(id, ({ state }) => state === 'failed');
    held.set(layer ?? '', randomBytesOf('broken two', 20_000));
    await engine.handlers['jobs.retry']({ id, force: false }, never);
    const done = await engine.until(id, ({ state }) => state === 'done');
    expect(failed.error).toMatchObject({ code: 'blob.digestMismatch', params: { digest: layer } });
    expect([statesOf(failed), statesOf(done)]).toEqual([
      { '1': 'new', '2': 'written' },
      { '1': 'written', '2': 'same' },
    ]);
    expect(two.content.tagsOf('mirror/app')['2']).toBe(good);
    expect(two.content.isWhole('mirror/app', '1')).toBe(true);
  });

  it('is refused before anything is sent where a tag is not what the person was shown', async () => {
    const digest = image('shown', ['1']);
    const other = two.content.image('mirror/app', { tags: ['1'], layers: ['another'] });
    const request = { images: [{ source: from('1'), targets: [to('1')] }], expectedTags: { [to('1')]: null } };
    const id = await engine.startCopy(request);
    const failed = await engine.until(id, ({ state }) => state === 'failed');
    const before = two.content.tagsOf('mirror/app');
    const sent = two.blobBytes();
    await engine.handlers['jobs.retry']({ id, force: true }, never);
    await engine.until(id, ({ state }) => state === 'done');
    expect(failed.error).toMatchObject({ code: 'tag.conflict', params: { digest: other.digest } });
    expect([before, sent, two.content.tagsOf('mirror/app')]).toEqual([{ '1': other.digest }, 0, { '1': digest }]);
  });
});

describe('a copy by digest', () => {
  it('brings an image without a tag, and refuses a digest that is not the source’s', async () => {
    const digest = image('by digest', ['1']);
    const target = (named: string): Partial<CopyRequest> => ({
      images: [{ source: from('1'), targets: [`${two.host}/mirror/app@${named}`] }],
    });
    await engine.copy(target(digest));
    await expect(engine.copy(target(`sha256:${'0'.repeat(64)}`))).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(engine.copy({})).rejects.toMatchObject({ code: 'input.invalid' });
    expect([two.content.tagsOf('mirror/app'), two.content.isWhole('mirror/app', digest)]).toEqual([{}, true]);
  });
});

describe('the job of a copy', () => {
  it('pauses between two requests, and goes on', async () => {
    image('paused', ['1']);
    let reached: () => void = () => undefined;
    const sending = new Promise<void>((resolve) => {
      reached = resolve;
    });
    atTarget = (seen) => {
      if (isPiece(seen) || isCommit(seen)) reached();
      return undefined;
    };
    const id = await engine.startCopy({ images: [{ source: from('1'), targets: [to('1')] }], concurrency: 1 });
    await sending;
    await engine.handlers['jobs.pause']({ id }, never);
    const paused = await engine.until(id, ({ state }) => state === 'paused');
    const tags = two.content.tagsOf('mirror/app');
    await engine.handlers['jobs.resume']({ id }, never);
    const done = await engine.until(id, ({ state }) => state === 'done');
    expect([paused.actions, tags, done.kind]).toEqual([['resume', 'cancel'], {}, 'copy']);
    expect(two.content.isWhole('mirror/app', '1')).toBe(true);
  });

  it('waits for a sign-in that ended in its middle, and goes on with what is missing', async () => {
    image('signed out', ['1']);
    let refusing = false;
    atTarget = (seen, _incoming, outgoing) => {
      refusing ||= isCommit(seen);
      if (!refusing) return undefined;
      outgoing.writeHead(401, { 'www-authenticate': 'Basic realm="made up for a test"' }).end();
      return 'answered';
    };
    const id = await engine.startCopy({
      images: [{ source: from('1'), targets: [to('1')] }],
      concurrency: 1,
      whenStuck: 'wait',
    });
    const waiting = await engine.until(id, ({ state }) => state === 'waiting');
    atTarget = () => undefined;
    await engine.handlers['jobs.retry']({ id, force: false }, never);
    await engine.until(id, ({ state }) => state === 'done');
    expect([waiting.waitingFor, waiting.error?.code]).toEqual(['signIn', 'auth.required']);
    expect(two.content.isWhole('mirror/app', '1')).toBe(true);
  });

  it('brings a blob again that the target said it has, and has not', async () => {
    image('lying', ['1']);
    await engine.copy({ images: [{ source: from('1'), targets: [to('1')] }] });
    const held = two.content.repository('mirror/app');
    const [lost] = held.blobs.keys();
    held.blobs.delete(lost ?? '');
    let lies = 0;
    atTarget = ({ method, path }, _incoming, outgoing) => {
      if (method !== 'HEAD' || !path.endsWith(lost ?? '') || lies > 0) return undefined;
      lies += 1;
      outgoing.writeHead(200, { 'docker-content-digest': lost ?? '' }).end();
      return 'answered';
    };
    held.manifests.clear();
    held.tags.clear();
    await engine.copy({ images: [{ source: from('1'), targets: [to('1')] }] });
    expect([lies, two.content.isWhole('mirror/app', '1')]).toEqual([1, true]);
  });

  it('is remembered with its document, and its journal is gone', async () => {
    image('remembered', ['1']);
    const { job, document } = await engine.copy({ images: [{ source: from('1'), targets: [to('1')] }] });
    const [listed] = await engine.handlers['jobs.list'](null, never);
    const { layers: _layers, ...summary } = job;
    expect(listed).toEqual(summary);
    expect(job).toMatchObject({ kind: 'copy', vmId: null, vmName: from('1'), references: [to('1')] });
    expect(job.layers.map(({ kind, status }) => [kind, status])).toEqual([
      ['config', 'done'],
      ['layer', 'done'],
      ['layer', 'done'],
      ['manifest', 'done'],
    ]);
    expect(document.targets[0]?.references).toMatchObject([{ state: 'written' }]);
  });
});

describe('tartan copy', () => {
  it('sends only the rest after kill -9, also when it is taken up as a job', async () => {
    const place = { tartHome: home, stateHome: join(home, 'killed') };
    for (const name of ['a', 'b', 'c', 'd']) image(name, [name]);
    let commits = 0;
    let kill: () => void = () => undefined;
    atTarget = (seen) => {
      if (isManifestPut(seen)) commits += 1;
      if (commits === 2) {
        commits += 1;
        kill();
      }
      return undefined;
    };
    const repositories = [`${one.host}/acme/app`, `${two.host}/mirror/app`];
    const child = startTartan(['copy', ...repositories, '--all-tags', '--concurrency', '1'], place);
    const pid = await child.pid;
    kill = () => process.kill(pid, 'SIGKILL');
    await child.ended;
    const sent = two.blobBytes();
    const report = await runTartan(['report', '--json'], place);
    const { totals } = reportDocumentSchema.parse(JSON.parse(report.stdout)).savings;
    const jobs = await runTartan(['jobs', 'list', '--json'], place);
    const [job] = JSON.parse(jobs.stdout) as { id: string; kind: string; state: string }[];
    const resumed = await runTartan(['jobs', 'resume', job?.id ?? ''], place);
    expect([job?.kind, job?.state, resumed.status]).toEqual(['copy', 'interrupted', 0]);
    expect(Object.keys(two.content.tagsOf('mirror/app'))).toEqual(['a', 'b', 'c', 'd']);
    // Two images were whole at least; one blob may have been on its way. What arrived is told, whoever goes on.
    expect(totals.sent).toBeGreaterThanOrEqual(2 * (60_000 + '{"name":"a"}'.length));
    expect(totals.sent).toBeLessThanOrEqual(sent);
    expect(sent).toBeGreaterThan(60_000);
    expect(two.blobBytes()).toBeLessThanOrEqual(4 * (60_000 + '{"name":"a"}'.length) + 40_000);
  });

  it('says beforehand what it would do', async () => {
    const place = { tartHome: home, stateHome: join(home, 'dry') };
    image('dry', ['1']);
    const words = await runTartan(['copy', from('1'), to('1'), '--dry-run'], place);
    expect([words.status, two.blobBytes()]).toEqual([0, 0]);
    expect(words.stdout).toMatch(/new tag\n {2}streams 60 kB through this computer\n/);
  });
});

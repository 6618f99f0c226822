import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Credential } from '../../electron/engine/ports.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type Capabilities, capabilitiesSchema } from '../../shared/models/capabilities.ts';
import { certificateChainSchema } from '../../shared/models/certificate.ts';
import { registrySchema } from '../../shared/models/registry.ts';
import { DEFAULT_CHOICES } from '../../shared/models/registry-choices.ts';
import { startConnectProxy } from '../fixtures/connect-proxy.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { type FakeProfile, PLAYED } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const errorSchema = z.object({
  error: z.object({ code: z.string(), params: z.record(z.string(), z.unknown()) }),
});
const never = new AbortController().signal;
const ACCOUNT = { user: 'alice', password: 'made-up-for-this-test' };
const CREDENTIAL: Credential = { username: ACCOUNT.user, secret: ACCOUNT.password, kind: 'password', source: 'docker' };

let home: TartHome;
let plain: DockerRegistry;
let secured: DockerRegistry;
let fake: FakeRegistry;
let engine: TestEngine;

beforeAll(async () => {
  home = await makeTartHome();
  await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  await makeTartVm(home, { name: 'other', disk: { ...SMALLEST_DISK, seed: 'other' } });
  [plain, secured, fake] = await Promise.all([
    startDockerRegistry(),
    startDockerRegistry({ tls: {}, account: ACCOUNT }),
    startFakeRegistry(),
  ]);
  engine = await openTestEngine({ tartHome: home.root, credential: CREDENTIAL });
});
afterAll(async () => {
  await engine.close();
  await Promise.all([plain.stop(), secured.stop(), fake.close(), home.remove()]);
});

/** A test in few words: result and detail of each capability. */
function told({ found }: Capabilities): Record<string, string> {
  return Object.fromEntries(Object.entries(found).map(([name, { result, detail }]) => [name, `${result}: ${detail}`]));
}

/** The error that a call ends with, as it crosses a process border. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof AppError) return { code: thrown.code, reason: thrown.params['reason'] };
    throw thrown;
  }
  return null;
}

describe('a registry that is added', () => {
  it('is tested by reading alone: what only writing tells is not known', async () => {
    const own = await startFakeRegistry();
    const added = await engine.handlers['registries.add']({ host: own.host, name: 'Mirror' }, never);
    await own.close();

    expect({
      choices: added.choices,
      found: added.capabilities === null ? null : told(added.capabilities),
      wroteTo: added.capabilities?.wroteTo,
      methods: [...new Set(own.seen.map(({ method }) => method))],
    }).toEqual({
      choices: { ...DEFAULT_CHOICES, name: 'Mirror' },
      found: {
        address: 'yes: http',
        certificate: 'unknown: plainHttp',
        signIn: 'yes: none',
        catalog: 'yes: listed',
        referrers: 'no: fallback',
        mount: 'unknown: notTested',
        whole: 'unknown: notTested',
        stream: 'unknown: notTested',
        chunks: 'unknown: notTested',
        resume: 'unknown: notTested',
        tagDelete: 'unknown: notTested',
        digestDelete: 'unknown: notTested',
      },
      wroteTo: null,
      methods: ['GET'],
    });
  });

  it('is not kept when it does not answer, or is none', async () => {
    const nobody = await errorOf(engine.handlers['registries.add']({ host: '127.0.0.1:1' }, never));
    const nonsense = await errorOf(engine.handlers['registries.add']({ host: 'not a host' }, never));
    const hosts = (await engine.handlers['registries.list'](null, never)).map(({ host }) => host);

    expect({ nobody, nonsense, kept: hosts.includes('127.0.0.1:1') }).toEqual({
      nobody: { code: 'registry.unreachable', reason: 'ECONNREFUSED' },
      nonsense: { code: 'reference.invalid', reason: undefined },
      kept: false,
    });
  });

  it('keeps what was chosen over a restart; a file of an older program is read, too', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-book-'));
    const old = { added: [{ host: plain.host, insecure: true }], removed: ['gone.io'], read: {} };
    await writeFile(join(stateHome, 'registries.json'), JSON.stringify(old));
    const first = await openTestEngine({ tartHome: home.root, stateHome });
    const asRead = (await first.handlers['registries.list'](null, never))[0];
    const choices = { name: 'House', concurrency: 2, bandwidth: 1_000_000 };
    await first.handlers['registries.edit']({ host: plain.host, choices }, never);
    await first.close();
    const second = await openTestEngine({ tartHome: home.root, stateHome });
    const kept = (await second.handlers['registries.list'](null, never))[0];
    await second.close();
    await rm(stateHome, { recursive: true });

    expect([asRead?.choices, kept?.choices]).toEqual([
      { ...DEFAULT_CHOICES, insecure: true },
      { ...DEFAULT_CHOICES, insecure: true, ...choices },
    ]);
  });
});

describe('a test that may write', () => {
  it('finds what docker-registry can do, and leaves no tag behind', async () => {
    const probed = await engine.handlers['registries.probe'](
      { host: plain.host, repository: null, write: true },
      never,
    );
    const tags = await engine.handlers['repositories.read']({ host: plain.host, repository: 'tartan/probe' }, never);

    expect({ found: told(probed), wroteTo: probed.wroteTo, left: probed.left, tags: tags.tagCount }).toEqual({
      found: {
        address: 'yes: http',
        certificate: 'unknown: plainHttp',
        signIn: 'yes: none',
        catalog: 'yes: listed',
        referrers: 'no: fallback',
        mount: 'yes: answered',
        whole: 'yes: answered',
        stream: 'yes: answered',
        chunks: 'yes: answered',
        // Its signed state names the old offset for ever.
        resume: 'no: fromStart',
        tagDelete: 'no: digestOnly',
        digestDelete: 'yes: withDigest',
      },
      wroteTo: 'tartan/probe',
      left: [],
      tags: 0,
    });
  });

  it('stays known when the registry is tested again by reading', async () => {
    const again = await engine.handlers['registries.probe'](
      { host: plain.host, repository: null, write: false },
      never,
    );
    expect([told(again)['mount'], told(again)['resume'], told(again)['tagDelete'], again.wroteTo]).toEqual([
      'yes: answered',
      'no: fromStart',
      'no: digestOnly',
      'tartan/probe',
    ]);
  });

  it.each<[string, FakeProfile, Record<string, string>]>([
    [
      'distribution 3',
      PLAYED.distribution3,
      { resume: 'yes: atByte', tagDelete: 'yes: alone', mount: 'yes: answered' },
    ],
    ['Harbor', PLAYED.harbor, { catalog: 'no: refused', tagDelete: 'no: digestOnly', referrers: 'yes: api' }],
    ['GitHub', PLAYED.ghcr, { mount: 'no: opened', tagDelete: 'no: refused', digestDelete: 'no: refused' }],
    ['Google', PLAYED.gar, { chunks: 'no: refused', resume: 'no: fromStart', whole: 'yes: answered' }],
    ['Amazon', PLAYED.ecr, { catalog: 'no: refused', mount: 'no: opened', chunks: 'yes: answered' }],
    ['Artifactory', PLAYED.artifactory, { mount: 'no: refused', digestDelete: 'yes: withDigest' }],
    ['zot', PLAYED.zot, { resume: 'no: fromStart', referrers: 'yes: api', tagDelete: 'yes: alone' }],
    ['crane', PLAYED.crane, { mount: 'no: opened', chunks: 'yes: answered', tagDelete: 'yes: alone' }],
  ])('finds what %s can do', async (name, profile, expected) => {
    fake.play(profile);
    fake.forgetUploads();
    const repository = `probes/${name.toLowerCase().replace(' ', '')}`;
    const probed = await engine.handlers['registries.probe']({ host: fake.host, repository, write: true }, never);

    expect({ found: told(probed), open: fake.openUploads() }).toEqual({
      found: expect.objectContaining(expected),
      // A session that a broken body spoiled for good cannot even be cancelled.
      open: profile.brokenBody === 'lost' ? 1 : 0,
    });
  });

  it('takes away what it made when it is given up in its middle', async () => {
    const stop = new AbortController();
    const slow = await startFakeRegistry({
      fault: ({ method, path }) => {
        // Two tags are there by then.
        if (method === 'DELETE' && path.includes('/manifests/')) stop.abort();
        return undefined;
      },
    });
    const work = engine.handlers['registries.probe']({ host: slow.host, repository: null, write: true }, stop.signal);
    const ended = await work.then(
      () => 'done',
      () => 'given up',
    );
    const probed = slow.content.repositories.get('tartan/probe');
    await slow.close();

    expect({ ended, tags: [...(probed?.tags.keys() ?? [])], open: slow.openUploads() }).toEqual({
      ended: 'given up',
      tags: [],
      open: 0,
    });
  });

  it('remembers nothing of the registry where only the account lacks a right', async () => {
    const guarded = await startFakeRegistry({
      profile: {
        tagDelete: { status: 403, code: 'DENIED', message: 'not yours' },
        mount: { status: 401, code: 'UNAUTHORIZED', message: 'no' },
      },
    });
    await engine.handlers['registries.probe']({ host: guarded.host, repository: null, write: true }, never);
    // What was found of the host outlives its row in the list.
    await engine.handlers['registries.remove']({ host: guarded.host }, never);
    const known = await engine.handlers['registries.probe'](
      { host: guarded.host, repository: null, write: false },
      never,
    );
    await guarded.close();

    expect([told(known)['digestDelete'], told(known)['tagDelete'], told(known)['mount']]).toEqual([
      'yes: earlier',
      'unknown: notTested',
      'unknown: notTested',
    ]);
  });

  it('says which tags it could not take away again', async () => {
    fake.play(PLAYED.ghcr);
    const probed = await engine.handlers['registries.probe'](
      { host: fake.host, repository: 'probes/kept', write: true },
      never,
    );
    const tags = [...(fake.content.repositories.get('probes/kept')?.tags.keys() ?? [])];

    expect(probed.left.toSorted()).toEqual(tags.map((tag) => `${fake.host}/probes/kept:${tag}`).toSorted());
    expect(tags).toHaveLength(2);
  });
});

describe('a registry with a certificate that nobody vouches for', () => {
  const certificate = () => engine.handlers['registries.certificate']({ host: secured.host }, never);
  const push = (tag: string) =>
    engine
      .push({ vmId: 'vm:builder', references: [`${secured.host}/trust/builder:${tag}`] })
      .then(({ job }) => job.state);

  it('is refused, and shows its certificate without anything being sent to it', async () => {
    const refused = await errorOf(engine.handlers['registries.add']({ host: secured.host }, never));
    const { chain, ...shown } = await certificate();

    expect({ refused, shown, names: chain[0]?.names, subject: chain[0]?.subject, issuer: chain[0]?.issuer }).toEqual({
      refused: { code: 'registry.tls', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      shown: { host: secured.host, trust: 'none', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      names: ['localhost', '127.0.0.1'],
      subject: 'localhost',
      issuer: 'Test CA',
    });
  });

  it('is reached with its own authority: settings, sign-in and the bytes of a push', async () => {
    const key = await readFile(secured.certificates?.keyFile ?? '', 'utf8');
    const added = await engine.handlers['registries.add'](
      { host: secured.host, ca: `${key}${secured.authority}` },
      never,
    );
    const { trust } = await certificate();

    expect({
      trust,
      certificate: added.capabilities?.found.certificate,
      signIn: added.capabilities?.found.signIn,
      keepsKey: added.choices.ca?.includes('PRIVATE KEY'),
      push: await push('authority'),
    }).toEqual({
      trust: 'ownAuthority',
      certificate: {
        result: 'yes',
        detail: 'ownAuthority',
        params: { issuer: 'Test CA', validTo: expect.any(Number) },
      },
      signIn: { result: 'yes', detail: 'basic', params: { account: 'alice', source: 'docker' } },
      keepsKey: false,
      push: 'done',
    });
  });

  it('is reached by the certificate that was accepted, and by no other', async () => {
    const [shown] = (await certificate()).chain;
    if (shown === undefined) throw new Error('no certificate');
    const { subject, issuer, validTo } = shown;
    const exception = { fingerprint: shown.fingerprint, subject, issuer, validTo };
    const edit = (choices: object) => engine.handlers['registries.edit']({ host: secured.host, choices }, never);
    await edit({ ca: null });
    const without = await errorOf(push('nobody'));
    const accepted = await edit({ exception });
    const pushed = await push('accepted');
    const wrong = await errorOf(edit({ exception: { ...exception, fingerprint: 'a'.repeat(64) } }));
    const still = (await certificate()).trust;

    expect({ without, row: accepted.capabilities?.found.certificate.detail, pushed, wrong, still }).toEqual({
      without: { code: 'registry.tls', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      row: 'exception',
      pushed: 'done',
      wrong: { code: 'registry.tls', reason: 'CERT_CHANGED' },
      still: 'exception',
    });
  });

  it('is reached through a proxy by the certificate that was accepted, the bytes of a push as well', async () => {
    const proxy = await startConnectProxy({ target: secured.host });
    const behind = await openTestEngine({
      tartHome: home.root,
      credential: CREDENTIAL,
      network: { trustedCertificates: () => Promise.resolve([]), proxyFor: () => `http://${proxy.host}` },
    });
    const host = `registry.invalid:${secured.host.split(':')[1] ?? ''}`;
    const { chain } = await behind.handlers['registries.certificate']({ host }, never);
    const [shown] = chain;
    if (shown === undefined) throw new Error('no certificate');
    const { fingerprint, subject, issuer, validTo } = shown;
    const exception = { fingerprint, subject, issuer, validTo };
    const wrong = { ...exception, fingerprint: 'b'.repeat(64) };
    const refused = await errorOf(behind.handlers['registries.add']({ host, exception: wrong }, never));
    await behind.handlers['registries.add']({ host, exception }, never);
    const { job } = await behind.push({ vmId: 'vm:other', references: [`${host}/trust/proxied:1`] });
    await behind.close();
    await proxy.close();

    expect({ refused, job: job.state, names: shown.names, through: proxy.sentBytes() > 1_000_000 }).toEqual({
      refused: { code: 'registry.tls', reason: 'CERT_CHANGED' },
      job: 'done',
      // Of another name than the one that was asked for: the fingerprint is what counts.
      names: ['localhost', '127.0.0.1'],
      through: true,
    });
  });

  it('refuses a text that is no certificate', async () => {
    const edit = (ca: string) =>
      errorOf(engine.handlers['registries.edit']({ host: secured.host, choices: { ca } }, never));
    expect([await edit('hello'), await edit('-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----')]).toEqual([
      { code: 'certificate.invalid', reason: 'none' },
      { code: 'certificate.invalid', reason: 'unreadable' },
    ]);
  });
});

describe('a registry with a limit of its own', () => {
  it('gets no more layers at once than was chosen, whatever the jobs, and no more bytes; without it, it does', async () => {
    let [now, most] = [0, 0];
    const counting = await startFakeRegistry({
      profile: { mount: 'opens', latency: 20 },
      fault: ({ method, path }, _incoming, outgoing) => {
        if ((method !== 'PATCH' && method !== 'PUT') || !path.includes('/blobs/uploads/')) return undefined;
        now += 1;
        most = Math.max(most, now);
        outgoing.once('close', () => {
          now -= 1;
        });
        return undefined;
      },
    });
    const mostOf = async (name: string): Promise<number> => {
      most = 0;
      const push = (vm: string) =>
        engine.push({ vmId: `vm:${vm}`, references: [`${counting.host}/${name}/${vm}:1`], concurrency: 4 });
      await Promise.all([push('builder'), push('other')]);
      return most;
    };
    // Once before: the workers that send are threads that start when they are needed.
    await mostOf('before');
    const without = await mostOf('without');
    await engine.handlers['registries.edit']({ host: counting.host, choices: { concurrency: 1 } }, never);
    const limited = await mostOf('limited');
    const waits = engine.waited.length;
    await engine.handlers['registries.edit']({ host: counting.host, choices: { bandwidth: 1_048_576 } }, never);
    await engine.push({ vmId: 'vm:builder', references: [`${counting.host}/slow/builder:1`] });
    const waited = engine.waited.length - waits;
    await counting.close();

    expect({ without: without > 1, limited, waited: waited > 0 }).toEqual({ without: true, limited: 1, waited: true });
  });
});

describe('tartan registry', () => {
  let stateHome: string;
  const run = (...args: string[]): Promise<TartanResult> =>
    runTartan(['registry', ...args], { tartHome: home.root, stateHome });
  const told = <Document>(schema: z.ZodType<Document>, { stdout }: TartanResult): Document =>
    schema.parse(JSON.parse(stdout));
  const refused = (result: TartanResult): unknown[] => {
    const { error } = told(errorSchema, result);
    return [result.status, error.code, error.params['reason']];
  };
  beforeAll(async () => {
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-cli-'));
    return () => rm(stateHome, { recursive: true });
  });

  it('shows a certificate, accepts it by its fingerprint, and no other', async () => {
    const shown = told(certificateChainSchema, await run('certificate', secured.host, '--json'));
    const without = await run('add', secured.host, '--json');
    const wrong = await run('add', secured.host, '--accept-certificate', 'ab'.repeat(32), '--json');
    const nonsense = await run('add', secured.host, '--accept-certificate', 'ab');
    const fingerprint = shown.chain[0]?.fingerprint ?? '';
    const args = ['--accept-certificate', fingerprint, '--name', 'House', '--json'];
    const added = told(registrySchema, await run('add', secured.host, ...args));

    expect({
      trust: shown.trust,
      without: refused(without),
      wrong: refused(wrong),
      nonsense: nonsense.status,
      added: [added.choices.name, added.capabilities?.found.certificate.detail],
    }).toEqual({
      trust: 'none',
      without: [1, 'registry.tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      wrong: [1, 'registry.tls', 'CERT_CHANGED'],
      nonsense: 2,
      added: ['House', 'exception'],
    });
  });

  it('takes an authority from a file, lists, and takes a registry off the list with all that was chosen for it', async () => {
    const file = secured.certificates?.authorityFile ?? '';
    const limits = ['--concurrency', '2', '--bandwidth', '1.5'];
    const added = await run('add', secured.host, '--ca', file, '--no-accept-certificate', ...limits);
    const listed = told(z.array(registrySchema), await run('list', '--json'));
    const table = await run('list');
    await run('remove', secured.host);
    const after = told(z.array(registrySchema), await run('list', '--json'));
    const again = await run('add', secured.host, '--json');

    expect(added.stdout).toContain('by Test CA, an authority of its own');
    expect(table.stdout).toContain('own authority');
    expect({
      chosen: listed.find(({ host }) => host === secured.host)?.choices,
      after: after.some(({ host }) => host === secured.host),
      again: refused(again),
    }).toEqual({
      chosen: { ...DEFAULT_CHOICES, name: 'House', ca: secured.authority, concurrency: 2, bandwidth: 1_500_000 },
      after: false,
      again: [1, 'registry.tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    });
  });

  it('tests a registry, and writes only when it is told to', async () => {
    const read = told(capabilitiesSchema, await run('probe', plain.host, '--json'));
    const wrote = await run('probe', plain.host, '--write', '--repository', 'probes/cli');
    const nobody = await run('probe', '127.0.0.1:1', '--json');

    expect([read.wroteTo, read.found.mount.result, read.left]).toEqual([null, 'unknown', []]);
    expect(wrote.stdout).toMatch(/Mount +yes +answered 201/);
    expect(wrote.stderr).toContain('Written to probes/cli');
    expect(refused(nobody)).toEqual([1, 'registry.unreachable', 'ECONNREFUSED']);
  });
});

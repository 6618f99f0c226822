import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { TokenCache } from './auth/token-cache.ts';
import { digestOf } from './content-digest.ts';
import { HostPace } from './hosts/host-pace.ts';
import { profileOf } from './hosts/host-profile.ts';
import { MountFindings } from './hosts/mount-findings.ts';
import { UploadModes } from './hosts/upload-modes.ts';
import { RegistryClient } from './registry-client.ts';

const signal = new AbortController().signal;
const DIGEST = digestOf(Buffer.from('a blob'));

let server: Server;
let connections: number;
let requests: number;
let status: number;
let clock: ManualClock;
let client: RegistryClient;

/** A registry that has every blob, and counts who asks and over how many connections. */
beforeEach(async () => {
  [connections, requests, status] = [0, 0, 200];
  server = createServer((_incoming, outgoing) => {
    requests += 1;
    outgoing.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', 'content-length': '0' });
    outgoing.end();
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  clock = new ManualClock();
  client = new RegistryClient({
    host,
    insecure: false,
    network: { trustedCertificates: () => Promise.resolve([]), proxyFor: () => null },
    credentials: {
      find: () => Promise.resolve(null),
      refused: () => undefined,
      checkRealm: () => Promise.resolve(),
      acceptRealm: () => Promise.resolve(),
      refreshTokenOf: (_host, { secret }) => secret,
      renew: () => Promise.resolve(),
    },
    tokens: new TokenCache(),
    clock,
    random: () => 0,
    connections: 4,
    pace: new HostPace(clock),
    profile: () => profileOf(host),
    modes: new UploadModes(null, () => undefined),
    mounts: new MountFindings(true, () => undefined),
  });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe('a client of a registry', () => {
  it('asks for many blobs one after the other over connections that stay open', async () => {
    for (let asked = 0; asked < 20; asked += 1) await client.headBlob('team/vm', DIGEST, { signal });

    // The pool has four; a connection for each would be 21.
    expect({ requests, kept: connections <= 4 }).toEqual({ requests: 21, kept: true });
  });

  it('asks a registry that does not answer as it should five times, and no more', async () => {
    await client.headBlob('team/vm', DIGEST, { signal });
    const before = requests;
    status = 503;
    const ended = client.headBlob('team/vm', DIGEST, { signal }).catch((thrown: unknown) => thrown);
    const over = ended.then(() => true);
    while (!(await Promise.race([over, clock.advance(60_000).then(() => false)])));

    expect({ ended: await ended, tries: requests - before, waits: clock.waits.length }).toEqual({
      ended: expect.objectContaining({ code: 'registry.unavailable' }) as unknown,
      tries: 5,
      waits: 4,
    });
  });

  it.each([
    ['a repository that leads out of itself', '../../admin', 'latest', DIGEST],
    ['a repository with a query', 'team/vm?x=1', 'latest', DIGEST],
    ['a repository in capitals', 'Team/VM', 'latest', DIGEST],
    ['no repository', '', 'latest', DIGEST],
    ['a tag that is a path, a digest of another length', 'team/vm', '../x', `sha256:${'a'.repeat(63)}`],
    ['a tag with a line break, a digest that is a path', 'team/vm', 'a\r\nb', `sha256:../${'a'.repeat(61)}`],
    [
      'a tag that is too long, a digest of a kind that nobody knows',
      'team/vm',
      'a'.repeat(129),
      `md5:${'a'.repeat(32)}`,
    ],
  ])('makes no request for %s', async (_what, repository, tag, digest) => {
    const manifest = { bytes: Buffer.from('{}'), mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    const blobs = [
      client.headBlob(repository, digest, { signal }),
      client.readsBlob(repository, digest, { signal }),
      client.readBlobRange(repository, digest, 0, 1, { signal }),
      client.openBlob(repository, digest, 0, { signal }),
      client.getSmallBlob(repository, digest, { signal }),
      client.mountBlob(repository, digest, null, { signal }),
      client.mountBlob('team/other', digest, repository, { signal }),
    ];
    const manifests = [
      client.headManifest(repository, tag, { signal }),
      client.getManifest(repository, tag, { signal }),
      client.putManifest(repository, tag, manifest, { signal }),
    ];
    const wrong = repository !== 'team/vm';
    const lists = wrong ? [client.startUpload(repository, { signal }), client.listTags(repository, { signal })] : [];
    const refusals = await Promise.all(
      [...blobs, ...manifests, ...lists].map((asked) =>
        asked.then(
          () => 'asked',
          (thrown: unknown) => (thrown instanceof AppError ? thrown.code : String(thrown)),
        ),
      ),
    );

    expect({ kinds: [...new Set(refusals)].sort(), requests, connections }).toEqual({
      kinds: wrong ? ['reference.invalid'] : ['manifest.invalid', 'reference.invalid'],
      requests: 0,
      connections: 0,
    });
  });
});

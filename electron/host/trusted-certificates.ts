import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Log, NetworkPort } from '../engine/ports.ts';
import type { HostFacts } from './host-facts.ts';

/** Bundles of the system's store, by distribution; the first that exists counts. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const BUNDLE_LIMIT = 8 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

function certificatesOf(text: string): string[] {
  return [...text.slice(0, BUNDLE_LIMIT).matchAll(CERTIFICATE)].map(([pem]) => pem);
}

/** Equal certificates differ in line ends at most. */
function key(pem: string): string {
  return pem.replace(/\s/g, '');
}

async function readCertificates(file: string, log: Log, expected: boolean): Promise<string[]> {
  try {
    return certificatesOf(await readFile(file, 'utf8'));
  } catch (thrown) {
    if (expected) log.warn('certificates cannot be read', { file, reason: String(thrown) });
    return [];
  }
}

/** The store as Node itself reads it (Node 22.15 and newer); empty where it cannot. */
function storeOfNode(): readonly string[] {
  // Newer than the Node that the types describe.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => readonly string[] };
  return getCACertificates?.('system') ?? [];
}

async function systemStore(log: Log): Promise<readonly string[]> {
  const ofNode = storeOfNode();
  if (ofNode.length > 0) return ofNode;
  for (const bundle of SYSTEM_BUNDLES) {
    const found = await readCertificates(bundle, log, false);
    if (found.length > 0) return found;
  }
  return [];
}

/** Folders with a folder for each registry host, by the convention of Docker and Podman. */
function hostFolders(facts: HostFacts): readonly string[] {
  const own = [join(facts.home, '.config', 'containers', 'certs.d'), join(facts.home, '.docker', 'certs.d')];
  if (facts.platform === 'win32') {
    return [...own, join(facts.env['ProgramData'] ?? 'C:\\ProgramData', 'Docker', 'certs.d')];
  }
  return [...own, '/etc/containers/certs.d', '/etc/docker/certs.d'];
}

/** `*.crt` of the folders named `host:port` and `host`. */
async function certificatesOfHost(host: string, folders: readonly string[], log: Log): Promise<string[]> {
  // A host that is no file name (it cannot be one by the reference grammar) is looked up nowhere.
  if (!/^[\w.:[\]-]+$/.test(host) || host.startsWith('.')) return [];
  const found: string[] = [];
  for (const name of new Set([host, host.replace(/:\d+$/, '')])) {
    for (const parent of folders) {
      const folder = join(parent, name);
      const files = await readdir(folder).catch(() => []);
      for (const file of files.filter((entry) => entry.endsWith('.crt'))) {
        found.push(...(await readCertificates(join(folder, file), log, true)));
      }
    }
  }
  return found;
}

/**
 * Finds what is trusted beside Node's own roots: the system's store, `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS` and Docker's
 * and Podman's `certs.d` of the host. The store is read once. Where there is anything, Node's roots are answered too,
 * because the `ca` option of a TLS connection replaces them; otherwise the answer is empty.
 */
export function createTrustedCertificates(
  facts: HostFacts,
  log: Log,
  folders: readonly string[] = hostFolders(facts),
): NetworkPort['trustedCertificates'] {
  const known = new Set(tls.rootCertificates.map(key));
  let common: Promise<readonly string[]> | null = null;

  async function readCommon(): Promise<readonly string[]> {
    const named = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']
      .map((name) => facts.env[name] ?? '')
      .filter((file) => file !== '');
    const files = await Promise.all(named.map((file) => readCertificates(file, log, true)));
    return [...(await systemStore(log)), ...files.flat()];
  }

  return async (host) => {
    common ??= readCommon();
    const extra = new Map<string, string>();
    for (const pem of [...(await common), ...(await certificatesOfHost(host, folders, log))]) {
      if (!known.has(key(pem))) extra.set(key(pem), pem);
    }
    return extra.size === 0 ? [] : [...tls.rootCertificates, ...extra.values()];
  };
}

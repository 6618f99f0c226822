import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { NetworkPort } from '../engine/ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Linux distributions keep the system's certificates. */
const SYSTEM_STORES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

async function textOf(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

/** Docker's convention: every `*.crt` in a folder that is named after the host. */
async function hostCertificates(host: string, home: string): Promise<string[]> {
  const roots = [
    '/etc/docker/certs.d',
    '/etc/containers/certs.d',
    join(home, '.docker', 'certs.d'),
    join(home, '.config', 'containers', 'certs.d'),
  ];
  const found: string[] = [];
  for (const root of roots) {
    const folder = join(root, host);
    for (const name of await readdir(folder).catch(() => [])) {
      const text = name.endsWith('.crt') ? await textOf(join(folder, name)) : null;
      if (text !== null) found.push(text);
    }
  }
  return found;
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name.startsWith('127.') || name === '[::1]';
}

/** Whether NO_PROXY names a host: exact names, `.suffix`, `*`, and `host:port`. */
function withoutProxy(url: URL, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const rule = entry.toLowerCase().replace(/^\*\./, '.');
    if (rule === '') return false;
    if (rule === '*' || rule === url.hostname || rule === url.host) return true;
    return url.hostname.endsWith(rule.startsWith('.') ? rule : `.${rule}`);
  });
}

/** TLS and proxy choices from the environment and the system: loopback is never proxied. */
export function hostNetwork(environment: Environment, home = homedir()): NetworkPort {
  const variable = (name: string): string | undefined => environment[name] ?? environment[name.toLowerCase()];
  const extra = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'].flatMap((name) => environment[name] ?? []);
  return {
    async trustedCertificates(host) {
      const own = await hostCertificates(host, home);
      const texts = await Promise.all([...extra, ...SYSTEM_STORES].map(textOf));
      const system = texts.filter((text) => text !== null);
      // An explicit list replaces Node's own: so Node's own is part of it.
      return own.length === 0 && extra.length === 0 && system.length === 0
        ? []
        : [...rootCertificates, ...system, ...own];
    },
    proxyFor(origin) {
      const url = new URL(origin);
      if (isLoopbackName(url.hostname) || withoutProxy(url, variable('NO_PROXY') ?? '')) return null;
      const own = url.protocol === 'https:' ? variable('HTTPS_PROXY') : environment['http_proxy'];
      return own ?? variable('ALL_PROXY') ?? null;
    },
  };
}

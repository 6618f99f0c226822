import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from './host-log.ts';
import { createTrustedCertificates } from './trusted-certificates.ts';

describe('trusted certificates', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tartan-certificates-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function makeCertificate(name: string): string {
    const file = join(folder, `${name}.crt`);
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', [...args, '-subj', `/CN=${name}`, '-keyout', join(folder, `${name}.key`), '-out', file], {
      stdio: 'pipe',
    });
    return file;
  }

  const subjectOf = (pem: string): string => pem.replace(/\s/g, '');

  it('are those of the environment, of certs.d for this host only, and Node’s own', async () => {
    const extra = makeCertificate('extra');
    const own = makeCertificate('own');
    const folders = join(folder, 'certs.d');
    mkdirSync(join(folders, 'registry.corp:5000'), { recursive: true });
    writeFileSync(join(folders, 'registry.corp:5000', 'ca.crt'), readFileSync(own));
    writeFileSync(join(folders, 'registry.corp:5000', 'client.cert'), 'not a certificate');
    const trusted = createTrustedCertificates(
      { env: { NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: join(folder, 'missing') }, platform: 'linux', home: folder },
      silentLog,
      [folders],
    );
    const [here, elsewhere, escape] = await Promise.all(
      ['registry.corp:5000', 'ghcr.io', '../certs.d/registry.corp:5000'].map(async (host) =>
        (await trusted(host)).map(subjectOf),
      ),
    );
    const extraPem = subjectOf(readFileSync(extra, 'utf8'));
    const ownPem = subjectOf(readFileSync(own, 'utf8'));

    expect({
      here: [here?.includes(extraPem), here?.includes(ownPem)],
      elsewhere: [elsewhere?.includes(extraPem), elsewhere?.includes(ownPem)],
      escape: escape?.includes(ownPem),
      roots: tls.rootCertificates.every((pem) => here?.includes(subjectOf(pem))),
      once: new Set(here).size === here?.length,
    }).toEqual({ here: [true, true], elsewhere: [true, false], escape: false, roots: true, once: true });
  });
});

import type { Capabilities, Capability, CapabilityName } from '../../../../shared/models/capabilities.ts';
import type { CertificateChain } from '../../../../shared/models/certificate.ts';
import type { Clock } from '../../ports.ts';
import type { HostAbilities, HostFindings, Known } from '../hosts/host-abilities.ts';
import type { HostProfile } from '../hosts/host-profile.ts';
import { knownRegistry } from '../hosts/known-registries.ts';
import type { RegistryClient } from '../registry-client.ts';
import { type ProbeDeletes, probeDeletes } from './probe-deletes.ts';
import { can, cannot, untold } from './probe-question.ts';
import { probeReads } from './probe-reads.ts';
import { ProbeUploads } from './probe-uploads.ts';

/** The repository that a test writes to unless another one is named, and what its second one is called. */
export const PROBE_REPOSITORY = 'tartan/probe';

/** What a test works with. */
export interface ProbeParts {
  readonly client: RegistryClient;
  readonly certificate: () => Promise<CertificateChain>;
  readonly clock: Clock;
  /** What is known of the host without asking it; asked once it has answered. */
  readonly known: () => { readonly abilities: HostAbilities; readonly findings: HostFindings };
  /** A repository that is known to be there. */
  readonly repository: string | null;
  /** Where to write; null = nothing is written. */
  readonly writeTo: string | null;
}

/** What a test found, and what of it is to be remembered of the host. */
export interface ProbeOutcome {
  readonly capabilities: Capabilities;
  readonly findings: HostFindings;
}

type Written = Readonly<Pick<Record<CapabilityName, Capability>, WrittenName>> & {
  readonly left: readonly string[];
  /** Whether it mounts without being told from where: nothing that is shown. */
  readonly anonymousMount: Known;
};
type WrittenName = 'mount' | 'whole' | 'stream' | 'chunks' | 'resume' | 'tagDelete' | 'digestDelete';

/**
 * Tests what a registry can do. Without a repository to write to it only reads, and what only writing would tell is what
 * is known already. With one it uploads some small blobs, mounts one into a second repository, tags a small image twice,
 * and takes away again what it made, as far as the registry does that.
 *
 * @throws AppError where the registry does not answer at all
 */
export async function probeRegistry(parts: ProbeParts, signal: AbortSignal): Promise<ProbeOutcome> {
  const { client, clock, writeTo } = parts;
  const startedMs = clock.now();
  const { software, ...reads } = await probeReads(client, parts.certificate, writeTo ?? parts.repository, signal);
  const { left, anonymousMount, ...written } =
    writeTo === null ? notWritten(parts) : await probeWrites(parts, writeTo, signal);
  const found = { ...reads, ...written };
  return {
    capabilities: {
      testedMs: clock.now(),
      tookMs: clock.now() - startedMs,
      wroteTo: writeTo,
      left: [...left],
      product: knownRegistry(client.host, software)?.name ?? null,
      found,
    },
    findings: {
      ...(software === null ? {} : { software }),
      ...findingsOf(found, writeTo !== null),
      ...(anonymousMount === 'unknown' ? {} : { anonymousMount }),
    },
  };
}

async function probeWrites(parts: ProbeParts, repository: string, signal: AbortSignal): Promise<Written> {
  const { client, clock } = parts;
  const uploads = new ProbeUploads(client, repository, clock, signal);
  try {
    const whole = await uploads.whole();
    const stream = await uploads.stream();
    const chunks = await uploads.chunks();
    const resume = chunks.result === 'yes' ? await uploads.resume() : cannot('fromStart', { status: null });
    const [layer] = uploads.blobs;
    const none = untold('notThere', { status: null });
    let mount = none;
    let anonymousMount: Known = 'unknown';
    const testMount = async (): Promise<void> => {
      mount = await uploads.mount(`${repository}-mount`);
      anonymousMount = (await uploads.anonymousMount(`${repository}-mount`)).result;
    };
    const deletes =
      layer === undefined
        ? { tagDelete: none, digestDelete: none, left: [] }
        : await probeDeletes(client, repository, layer, testMount, signal);
    return {
      whole,
      stream,
      chunks,
      resume,
      mount,
      anonymousMount,
      ...deletes,
      tagDelete: tagDeleteRow(parts, deletes),
    };
  } finally {
    await uploads.close();
  }
}

/** Where the registry's own way does not take one tag away, the vendor's may, or the digest goes with all of its tags. */
function tagDeleteRow({ known, client }: ProbeParts, { tagDelete: tested, digestDelete }: ProbeDeletes): Capability {
  if (tested.result === 'yes') return tested;
  const { abilities, findings } = known();
  if (!abilities.tagDelete.endsWith('Api')) {
    const byDigest = tested.detail === 'refused' && !lacksRight(tested) && digestDelete.result === 'yes';
    return byDigest ? cannot('digestOnly', tested.params) : tested;
  }
  const product = knownRegistry(client.host, findings.software ?? null)?.name ?? '';
  return can('vendorApi', { product });
}

function knownRow(value: Known, found: 'yes' | 'no' | undefined): Capability {
  const detail = found === undefined ? 'known' : 'earlier';
  switch (value) {
    case 'yes':
      return can(detail);
    case 'no':
      return cannot(detail);
    case 'unknown':
      return untold('notTested');
  }
}

function notWritten({ known, client }: ProbeParts): Written {
  const { abilities, findings } = known();
  const taken = knownRegistry(client.host, findings.software ?? null)?.uploads.uploadMode;
  const form = (name: HostProfile['uploadMode']): Capability => (taken === name ? can('known') : untold('notTested'));
  return {
    whole: form('mono'),
    stream: form('stream'),
    chunks: form('chunks'),
    resume: untold('notTested'),
    mount: knownRow(abilities.mount, findings.mount),
    anonymousMount: 'unknown',
    tagDelete: knownTagDelete(abilities, findings, client.host),
    digestDelete: knownRow(abilities.digestDelete, findings.digestDelete),
    left: [],
  };
}

function knownTagDelete({ tagDelete }: HostAbilities, findings: HostFindings, host: string): Capability {
  const detail = findings.tagDelete === undefined ? 'known' : 'earlier';
  switch (tagDelete) {
    case 'tag':
      return can(detail);
    case 'digest':
      return cannot('digestOnly');
    case 'refused':
      return cannot(detail);
    case 'unknown':
      return untold('notTested');
    case 'harborApi':
    case 'hubApi':
    case 'acrApi':
      return can('vendorApi', { product: knownRegistry(host, findings.software ?? null)?.name ?? '' });
  }
}

/** What is worth to be remembered: results of this test, not of what was known before it. */
function findingsOf(found: Readonly<Record<CapabilityName, Capability>>, wrote: boolean): HostFindings {
  const told = (name: 'mount' | 'digestDelete' | 'referrers' | 'catalog'): HostFindings => {
    const { result, detail } = found[name];
    const fresh = detail !== 'known' && detail !== 'earlier' && result !== 'unknown' && !lacksRight(found[name]);
    return fresh ? { [name]: result } : {};
  };
  return {
    ...told('mount'),
    ...told('digestDelete'),
    ...told('referrers'),
    ...told('catalog'),
    ...(wrote ? tagDeleteFinding(found.tagDelete, found.digestDelete) : {}),
  };
}

/** Tells of the account, not of the registry: another one may have the right. */
function lacksRight({ detail, params }: Capability): boolean {
  return detail === 'refused' && (params['status'] === 401 || params['status'] === 403);
}

function tagDeleteFinding(tag: Capability, digest: Capability): HostFindings {
  if (lacksRight(tag) || lacksRight(digest)) return {};
  if (tag.detail === 'alone') return { tagDelete: 'tag' };
  if (tag.detail === 'withDigest' || tag.detail === 'digestOnly') return { tagDelete: 'digest' };
  return tag.detail === 'refused' && digest.result === 'no' ? { tagDelete: 'refused' } : {};
}

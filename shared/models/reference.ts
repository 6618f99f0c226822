import { AppError } from '../errors/app-error.ts';

/** An image reference taken apart. */
export interface Reference {
  /** `host[:port]`, as written. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:<64 hex>` */
  readonly digest: string | null;
  /** Tart's own grammar takes it too (tags such as `v1__x` exist on registries and cannot be pulled by Tart). */
  readonly tartCanPull: boolean;
}

/** What was expected at the position where a reference ends to make sense. */
export type ReferenceExpectation = 'host' | 'port' | 'repository' | 'lowerCase' | 'tag' | 'digest' | 'end' | 'shorter';

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)*)/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/;
const TART_TAG = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Many clients and registries stop at 255 characters of host, slash and name (distribution-spec, 2.8.2 answers 500 above). */
const LONGEST_NAME = 255;

function fault(
  input: string,
  position: number,
  expected: ReferenceExpectation,
  suggestion: string | null = null,
): never {
  throw new AppError('reference.invalid', { input: input.slice(0, 1024), position, expected, suggestion });
}

/** Parses the host with its port at the start of `input`; answers where it ends. */
function hostEnd(input: string): number {
  const host = HOST.exec(input)?.[0];
  if (host === undefined) return fault(input, 0, 'host');
  let at = host.length;
  if (input[at] === ':') {
    const port = /^\d{1,5}/.exec(input.slice(at + 1))?.[0];
    if (port === undefined || Number(port) > 65_535 || Number(port) === 0) return fault(input, at + 1, 'port');
    at += 1 + port.length;
  }
  return at;
}

/** Parses the repository from `start`; answers where it ends. */
function repositoryEnd(input: string, start: number): number {
  let at = start;
  for (;;) {
    const component = COMPONENT.exec(input.slice(at))?.[0] ?? '';
    const end = at + component.length;
    const next = input[end];
    if (/[A-Z]/.test(next ?? '')) {
      const upTo = /[:@]/.exec(input.slice(start));
      const nameEnd = upTo === null ? input.length : start + upTo.index;
      const lowered = input.slice(0, start) + input.slice(start, nameEnd).toLowerCase() + input.slice(nameEnd);
      return fault(input, end, 'lowerCase', lowered);
    }
    if (component === '') return fault(input, at, 'repository');
    if (next !== '/') return end;
    at = end + 1;
  }
}

/**
 * Parses `host[:port]/repository[:tag]` or `host[:port]/repository@sha256:…`. There is no docker.io shorthand: what
 * stands before the first slash is the host, as for Tart. Names follow the distribution specification (1.1).
 *
 * @throws AppError `reference.invalid` with `input`, `position` (0-based, of the first character that does not fit),
 *   `expected` ({@link ReferenceExpectation}) and `suggestion` (a corrected reference, or null)
 */
export function parseReference(input: string): Reference {
  const slash = hostEnd(input);
  if (input[slash] !== '/') return fault(input, slash, slash === input.length ? 'repository' : 'host');
  const end = repositoryEnd(input, slash + 1);
  if (end > LONGEST_NAME) return fault(input, LONGEST_NAME, 'shorter');
  const registry = input.slice(0, slash);
  const repository = input.slice(slash + 1, end);
  const rest = input.slice(end);
  if (rest === '') return { registry, repository, tag: null, digest: null, tartCanPull: true };
  if (rest.startsWith('@')) {
    const digest = rest.slice(1);
    if (!DIGEST.test(digest)) return fault(input, end + 1 + digestFault(digest), 'digest');
    return { registry, repository, tag: null, digest, tartCanPull: true };
  }
  if (!rest.startsWith(':')) return fault(input, end, 'repository');
  const tag = TAG.exec(rest.slice(1))?.[0] ?? '';
  if (tag.length !== rest.length - 1 || tag === '')
    return fault(input, end + 1 + tag.length, tag === '' ? 'tag' : 'end');
  return { registry, repository, tag, digest: null, tartCanPull: TART_TAG.test(tag) };
}

/** Where a digest stops to be one. */
function digestFault(digest: string): number {
  const prefix = 'sha256:';
  for (let at = 0; at < prefix.length; at += 1) if (digest[at] !== prefix[at]) return at;
  const hex = /^[0-9a-f]*/.exec(digest.slice(prefix.length))?.[0] ?? '';
  return prefix.length + Math.min(hex.length, 64);
}

/** The text form that {@link parseReference} takes. */
export function formatReference(reference: Pick<Reference, 'registry' | 'repository' | 'tag' | 'digest'>): string {
  const name = `${reference.registry}/${reference.repository}`;
  if (reference.digest !== null) return `${name}@${reference.digest}`;
  return reference.tag === null ? name : `${name}:${reference.tag}`;
}

/** Whether a text is a repository name of the distribution specification. */
export function isRepositoryName(text: string): boolean {
  return text.length <= LONGEST_NAME && text.split('/').every((part) => COMPONENT.exec(part)?.[0] === part);
}

/** Whether a text is a tag of the distribution specification. */
export function isTag(text: string): boolean {
  return TAG.exec(text)?.[0] === text;
}

/** Whether a text is a sha256 digest in lower case. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Whether a text is `host[:port]`. */
export function isRegistryHost(text: string): boolean {
  try {
    return hostEnd(text) === text.length;
  } catch {
    return false;
  }
}

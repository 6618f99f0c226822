import { AppError } from '../errors/app-error.ts';

/** An image reference taken apart. */
export interface Reference {
  /** `host[:port]`, as written. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:<64 hex>` */
  readonly digest: string | null;
  /**
   * Tart's own grammar takes it too. Names such as `a__b` and `a--b`, tags such as `v1__x` and `1.0-`, and IPv6 hosts
   * exist on registries and cannot be pulled by Tart.
   */
  readonly tartCanPull: boolean;
}

/** What was expected at the position where a reference ends to make sense. */
export type ReferenceExpectation =
  | 'host'
  | 'port'
  /** The host at once: a reference is no URL. */
  | 'noScheme'
  | 'repository'
  | 'lowerCase'
  | 'tag'
  | 'digest'
  | 'end'
  | 'shorter'
  /** A folder, behind `oci:`. */
  | 'folder'
  /** A folder from the root on: who reads the reference has no current folder. */
  | 'absoluteFolder';

const ALNUM = /[A-Za-z0-9]/;
const LOWER_ALNUM = /[a-z0-9]/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/;
/** How an address begins that was copied from a browser. */
const SCHEME = /^https?:\/\//i;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Many clients and registries stop at 255 characters of host, slash and name (distribution-spec, 2.8.2 answers 500 above). */
const LONGEST_NAME = 255;
const LONGEST_TAG = 128;
const HIGHEST_PORT = 65_535;

/**
 * Tart's own grammar: no IPv6, one separator between letters and digits and none before a tag's end (in names one may
 * stand at the end), upper case everywhere.
 */
const TART_REFERENCE = (() => {
  const part = '[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*';
  const word = '[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*';
  return new RegExp(`^${part}(?:\\.${part})*(?::\\d+)?(?:/${word}[._-]?)+(?::${word}|@sha256:[0-9a-f]{64})?$`);
})();

/** @throws AppError `reference.invalid`, always */
export function referenceFault(
  input: string,
  position: number,
  expected: ReferenceExpectation,
  suggestion: string | null = null,
): never {
  throw new AppError('reference.invalid', { input: input.slice(0, 1024), position, expected, suggestion });
}

/** End of a run of one kind of character that begins at `from`. */
function runEnd(input: string, from: number, kind: RegExp): number {
  let at = from;
  while (at < input.length && kind.test(input.charAt(at))) at += 1;
  return at;
}

/** End of a name or address at the start of `input`; there the port or the slash follows. */
function hostNameEnd(input: string): number {
  if (input.startsWith('[')) {
    const close = input.indexOf(']');
    if (close === -1 || !isIpv6(input.slice(1, close))) return referenceFault(input, 1, 'host');
    return close + 1;
  }
  for (let at = 0; ; ) {
    const end = runEnd(input, at, ALNUM);
    if (end === at) return referenceFault(input, at, 'host');
    if (input[end] === '-') at = runEnd(input, end, /-/);
    else if (input[end] === '.') at = end + 1;
    else return end;
  }
}

function isIpv6(text: string): boolean {
  return /^[0-9A-Fa-f:.]+$/.test(text) && URL.canParse(`http://[${text}]/`);
}

/** Parses the host with its port at the start of `input`; answers where it ends. */
function hostEnd(input: string): number {
  const nameEnd = hostNameEnd(input);
  if (input[nameEnd] !== ':') return nameEnd;
  const digits = nameEnd + 1;
  const end = runEnd(input, digits, /\d/);
  for (let at = digits; at < end; at += 1) {
    if (at - digits === 5 || Number(input.slice(digits, at + 1)) > HIGHEST_PORT)
      return referenceFault(input, at, 'port');
  }
  if (Number(input.slice(digits, end)) === 0) return referenceFault(input, end, 'port');
  return end;
}

/**
 * Parses the repository from `start`; answers where it ends. Components: lower case, one separator between words.
 *
 * @throws AppError `reference.invalid`
 */
export function repositoryEnd(input: string, start: number): number {
  for (let at = start; ; ) {
    const end = runEnd(input, at, LOWER_ALNUM);
    const next = input.charAt(end);
    if (/[A-Z]/.test(next)) return referenceFault(input, end, 'lowerCase', inLowerCase(input, start));
    if (end === at) return referenceFault(input, at, 'repository');
    if (next === '/' || next === '.') at = end + 1;
    else if (next === '-') at = runEnd(input, end, /-/);
    else if (next === '_') at = Math.min(runEnd(input, end, /_/), end + 2);
    else return end;
  }
}

/** What stands behind the scheme of a URL, if that is a reference. */
function withoutScheme(input: string, scheme: string): string | null {
  const rest = input.slice(scheme.length);
  try {
    parseReference(rest);
    return rest;
  } catch {
    return null;
  }
}

/** The same reference with its repository in lower case, if that is one. */
function inLowerCase(input: string, start: number): string | null {
  const nameEnd = runEnd(input, start, /[^:@]/);
  const lowered = input.slice(0, start) + input.slice(start, nameEnd).toLowerCase() + input.slice(nameEnd);
  try {
    parseReference(lowered);
    return lowered;
  } catch {
    return null;
  }
}

/**
 * Parses `host[:port]/repository[:tag]` or `host[:port]/repository@sha256:…`. There is no docker.io shorthand: what
 * stands before the first slash is the host, as for Tart. Names follow the distribution specification (1.1).
 *
 * @throws AppError `reference.invalid` with `input`, `position` (0-based: what stands before it can
 *   still become a reference, with the character there it cannot),
 *   `expected` ({@link ReferenceExpectation}) and `suggestion` (a corrected reference, or null)
 */
export function parseReference(input: string): Reference {
  const scheme = SCHEME.exec(input)?.[0];
  if (scheme !== undefined) return referenceFault(input, scheme.length - 2, 'noScheme', withoutScheme(input, scheme));
  const slash = hostEnd(input);
  if (input[slash] !== '/') {
    const inPort = /:\d+$/.test(input.slice(0, slash));
    return referenceFault(input, slash, slash === input.length ? 'repository' : inPort ? 'port' : 'host');
  }
  const end = repositoryEnd(input, slash + 1);
  if (end > LONGEST_NAME) return referenceFault(input, LONGEST_NAME, 'shorter');
  const name = { registry: input.slice(0, slash), repository: input.slice(slash + 1, end) };
  const rest = input.slice(end);
  const tartCanPull = TART_REFERENCE.test(input);
  if (rest === '') return { ...name, tag: null, digest: null, tartCanPull };
  if (rest.startsWith('@')) {
    const digest = rest.slice(1);
    if (!DIGEST.test(digest)) return referenceFault(input, end + 1 + digestFault(digest), 'digest');
    return { ...name, tag: null, digest, tartCanPull };
  }
  if (!rest.startsWith(':')) return referenceFault(input, end, 'repository');
  return { ...name, tag: lastTag(input, end + 1), digest: null, tartCanPull };
}

/** Parses the tag from `start` to the end of `input`. @throws AppError `reference.invalid` */
export function lastTag(input: string, start: number): string {
  const tag = TAG.exec(input.slice(start))?.[0] ?? '';
  const end = start + tag.length;
  if (tag === '') return referenceFault(input, end, 'tag');
  if (end < input.length) {
    return referenceFault(input, end, /[A-Za-z0-9._-]/.test(input.charAt(end)) ? 'shorter' : 'end');
  }
  return tag;
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
  try {
    return text.length <= LONGEST_NAME && repositoryEnd(text, 0) === text.length;
  } catch {
    return false;
  }
}

/** Whether a text is a tag of the distribution specification. */
export function isTag(text: string): boolean {
  return text.length <= LONGEST_TAG && TAG.exec(text)?.[0] === text;
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

import { AppError } from '../../../shared/errors/app-error.ts';
import { isLayoutPlace, parseLayoutReference } from '../../../shared/models/image-location.ts';
import { formatReference, parseReference, type ReferenceExpectation } from '../../../shared/models/reference.ts';

/** A target field as it is typed: a name once it is settled, tags that are tokens, and the text at the caret. */
export interface TargetDraft {
  /** Stable key of the field. */
  readonly id: number;
  /** `host/repository`; null while it is still text. */
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly text: string;
}

/** What keeps a field from being references. */
export type TargetProblem =
  /** Not there yet: said quietly, because it is still being typed. */
  | { readonly kind: 'missing'; readonly part: 'registry' | 'repository' | 'tag' | 'folder' }
  | {
      readonly kind: 'invalid';
      readonly text: string;
      /** 0-based, in `text`, of the first character that does not fit. */
      readonly position: number;
      readonly expected: ReferenceExpectation | 'noDigest';
      /** `text` as it would fit; null when there is no safe guess. */
      readonly suggestion: string | null;
    };

/** What a field stands for. */
export interface TargetReading {
  readonly references: readonly string[];
  readonly problem: TargetProblem | null;
}

/** A field with nothing in it. */
export function emptyTarget(id: number): TargetDraft {
  return { id, name: null, tags: [], text: '' };
}

function nameOf(reference: { registry: string; repository: string }): string {
  return formatReference({ ...reference, tag: null, digest: null });
}

/** One field for each repository of a list of references; what does not parse becomes a field's text. */
export function targetsOf(references: readonly string[], firstId: number): readonly TargetDraft[] {
  const targets: TargetDraft[] = [];
  for (const text of references) {
    const parsed = tryParse(text);
    const settled = 'reference' in parsed && parsed.reference.digest === null ? parsed.reference : null;
    const name = settled === null ? null : nameOf(settled);
    const tags = settled === null || settled.tag === null ? [] : [settled.tag];
    const same = targets.findIndex((target) => name !== null && target.name === name);
    const before = targets[same];
    if (before === undefined) {
      targets.push({ id: firstId + targets.length, name, tags, text: name === null ? text : '' });
    } else {
      targets[same] = { ...before, tags: [...new Set([...before.tags, ...tags])] };
    }
  }
  return targets.length === 0 ? [emptyTarget(firstId)] : targets;
}

type Parsed = { readonly reference: ReturnType<typeof parseReference> } | { readonly error: AppError };

function tryParse(text: string): Parsed {
  try {
    return { reference: parseReference(text) };
  } catch (thrown) {
    if (thrown instanceof AppError) return { error: thrown };
    throw thrown;
  }
}

/** A fault at the very end is not a fault while typing, but something that is missing. */
function problemOf(error: AppError, text: string, offset: number): TargetProblem {
  const { position, expected, suggestion } = error.params;
  // parseReference always gives the three: see its docstring.
  const at = (typeof position === 'number' ? position : 0) - offset;
  const wanted = expected as ReferenceExpectation;
  if (at >= text.length && wanted !== 'shorter' && wanted !== 'end') {
    const part =
      wanted === 'host' || wanted === 'port'
        ? 'registry'
        : wanted === 'tag' || wanted === 'folder'
          ? wanted
          : 'repository';
    return { kind: 'missing', part };
  }
  const better = typeof suggestion === 'string' ? suggestion.slice(offset) : null;
  return { kind: 'invalid', text, position: at, expected: wanted, suggestion: better };
}

/** The folder of an image layout stays text: it needs no tag, and is not one of a registry's repositories. */
function readLayout(text: string): TargetReading {
  try {
    const { folder } = parseLayoutReference(text);
    // The window has no current folder that a person would know of.
    if (/^([A-Za-z]:)?[\\/]/.test(folder)) return { references: [text], problem: null };
    const position = 'oci:'.length;
    return {
      references: [],
      problem: { kind: 'invalid', text, position, expected: 'absoluteFolder', suggestion: null },
    };
  } catch (thrown) {
    if (thrown instanceof AppError) return { references: [], problem: problemOf(thrown, text, 0) };
    throw thrown;
  }
}

function readName(text: string): TargetReading {
  if (text === '') return { references: [], problem: { kind: 'missing', part: 'registry' } };
  if (isLayoutPlace(text)) return readLayout(text);
  const parsed = tryParse(text);
  if ('error' in parsed) return { references: [], problem: problemOf(parsed.error, text, 0) };
  const { tag, digest } = parsed.reference;
  if (digest !== null) {
    const problem: TargetProblem = {
      kind: 'invalid',
      text,
      position: text.indexOf('@'),
      expected: 'noDigest',
      suggestion: null,
    };
    return { references: [], problem };
  }
  if (tag === null) return { references: [], problem: { kind: 'missing', part: 'tag' } };
  return { references: [text], problem: null };
}

/**
 * The whole reference that was typed or pasted into a field whose repository is settled: a tag has no slash. Null while
 * the text is a tag.
 */
function wholeReference(target: TargetDraft): string | null {
  return target.name !== null && target.text.includes('/') ? target.text.trim() : null;
}

/** What a field stands for now: the tokens, and the text at the caret if it fits. */
export function readTarget(target: TargetDraft): TargetReading {
  const { name, tags, text } = target;
  const other = wholeReference(target);
  if (other !== null) {
    const reading = readName(other);
    const own = tags.map((tag) => `${name ?? ''}:${tag}`);
    return { references: [...new Set([...own, ...reading.references])], problem: reading.problem };
  }
  if (name === null) {
    const reading = readName(text.trim());
    const lacksOnlyTag = reading.problem?.kind === 'missing' && reading.problem.part === 'tag';
    if (tags.length === 0 || (reading.problem !== null && !lacksOnlyTag)) return reading;
    const base = settleText(target).name ?? text.trim();
    return { references: [...new Set([...tags.map((tag) => `${base}:${tag}`), ...reading.references])], problem: null };
  }
  const references = tags.map((tag) => `${name}:${tag}`);
  const typed = text.trim();
  if (typed === '') {
    return { references, problem: references.length === 0 ? { kind: 'missing', part: 'tag' } : null };
  }
  const prefix = `${name}:`;
  const parsed = tryParse(prefix + typed);
  if ('error' in parsed) return { references, problem: problemOf(parsed.error, typed, prefix.length) };
  return { references: [...new Set([...references, prefix + typed])], problem: null };
}

/** Turns the text at the caret into a token, and a repository before it into a name; unchanged if it does not fit. */
export function settleText(target: TargetDraft): TargetDraft {
  const text = target.text.trim();
  if (text === '') return target;
  const whole = wholeReference(target) ?? (target.name === null ? text : `${target.name}:${text}`);
  const parsed = tryParse(whole);
  if ('error' in parsed || parsed.reference.digest !== null) return target;
  if (target.name !== null && nameOf(parsed.reference) !== target.name) return target;
  const { tag } = parsed.reference;
  return {
    ...target,
    name: nameOf(parsed.reference),
    tags: tag === null ? target.tags : [...new Set([...target.tags, tag])],
    text: '',
  };
}

/**
 * Puts whole references where they belong: each into the field of its repository, or into one of its own behind the
 * others. The text of the field they came from is taken.
 */
export function spreadReferences(
  targets: readonly TargetDraft[],
  from: TargetDraft,
  references: readonly string[],
): readonly TargetDraft[] {
  let next = targets.map((target) => (target.id === from.id ? { ...from, text: '' } : target));
  for (const [added] of references.map((text) => targetsOf([text], Math.max(...next.map(({ id }) => id)) + 1))) {
    if (added === undefined) continue;
    const same = next.findIndex(({ name }) => name !== null && name === added.name);
    const before = next[same];
    const empty = next.findIndex((target) => target.name === null && target.tags.length === 0 && target.text === '');
    const blank = next[empty];
    if (before !== undefined)
      next = next.with(same, { ...before, tags: [...new Set([...before.tags, ...added.tags])] });
    else if (blank !== undefined) next = next.with(empty, { ...added, id: blank.id });
    else next = [...next, { ...added, id: Math.max(...next.map(({ id }) => id)) + 1 }];
  }
  return next;
}

/** The references of pasted text that is nothing but whole references, at least one; null for other text. */
export function pastedReferences(text: string): readonly string[] | null {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const whole = words.every((word) => readName(word).problem === null);
  return words.length > 0 && whole ? words : null;
}

/** The reference of another repository that stands at the caret, ready to become a field of its own; null = none. */
export function referenceElsewhere(target: TargetDraft): string | null {
  const other = wholeReference(target);
  return other !== null && readName(other).problem === null && settleText(target) === target ? other : null;
}

/** Text as it is typed: a blank or comma settles what stands before it, a colon settles the repository. */
export function typeText(target: TargetDraft, text: string): TargetDraft {
  const words = text.split(/[\s,]+/);
  let next = target;
  for (const word of words.slice(0, -1)) next = settleText({ ...next, text: word });
  const rest = words.at(-1) ?? '';
  if (next.text !== '' && words.length > 1) return { ...target, text };
  const colon = /^([^/]+\/[^@]+):$/.exec(rest);
  if (next.name === null && colon?.[1] !== undefined) {
    const settled = settleText({ ...next, text: colon[1] });
    if (settled.name !== null) return settled;
  }
  return { ...next, text: rest };
}

/** Backspace at the caret's start: the last token goes, then the name becomes text again. */
export function takeBack(target: TargetDraft): TargetDraft {
  if (target.tags.length > 0) return { ...target, tags: target.tags.slice(0, -1) };
  return target.name === null ? target : { ...target, name: null, text: target.name };
}

/** Makes the repository text again, to be edited; the tokens stay. */
export function editName(target: TargetDraft): TargetDraft {
  const settled = settleText(target);
  return settled.name === null || settled.text !== '' ? target : { ...settled, name: null, text: settled.name };
}

/** Takes a suggestion: the repository of a field that has none, else one more tag. */
export function takeSuggestion(target: TargetDraft, text: string): TargetDraft {
  if (target.name === null) return { ...target, name: text, text: '' };
  return { ...target, tags: [...new Set([...target.tags, text])], text: '' };
}

/** Takes one token away. */
export function removeTag(target: TargetDraft, tag: string): TargetDraft {
  return { ...target, tags: target.tags.filter((other) => other !== tag) };
}

/** Makes a token text again, to be edited. */
export function editTag(target: TargetDraft, tag: string): TargetDraft {
  return { ...removeTag(settleText(target), tag), text: tag };
}

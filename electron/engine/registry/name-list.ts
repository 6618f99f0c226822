import { AppError } from '../../../shared/errors/app-error.ts';
import { answerError } from './answer-error.ts';
import type { Requester } from './requester.ts';

const PAGE_LIMIT = 16 * 1024 * 1024;
const MOST_NAMES = 100_000;
const MOST_PAGES = 1000;

/** A list of a registry. */
export interface NameList {
  /** Path of the first page, below `/v2/`. */
  readonly to: string;
  readonly scope: string;
  /** The member of the document that holds the names. */
  readonly member: 'tags' | 'repositories';
}

/**
 * The names of a paged list, sorted; pages by Link, at most 1,000 of them and 100,000 names.
 *
 * @throws AppError `registry.protocol`, and what the registry refuses
 */
export async function readNames(requester: Requester, list: NameList, signal: AbortSignal): Promise<string[]> {
  const { scope, member } = list;
  const names = new Set<string>();
  const visited = new Set<string>();
  let to: string | null = list.to;
  while (to !== null && !visited.has(to) && visited.size < MOST_PAGES && names.size < MOST_NAMES) {
    visited.add(to);
    const answer = await requester.send(
      { method: 'GET', to, scopes: [scope], repeatable: true, limit: PAGE_LIMIT },
      signal,
    );
    if (answer.status !== 200) throw answerError(requester.host, 'GET', answer.url, answer);
    for (const name of namesOf(answer.body, member, requester.host)) names.add(name);
    to = nextPage(answer.headers['link'], answer.url);
  }
  return [...names].sort();
}

function namesOf(body: string, member: 'tags' | 'repositories', host: string): string[] {
  try {
    const document: unknown = JSON.parse(body);
    const found: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, member) : null;
    return Array.isArray(found) ? found.filter((name): name is string => typeof name === 'string') : [];
  } catch (cause) {
    throw new AppError('registry.protocol', { host, reason: member }, { cause });
  }
}

/** The next page of the same origin, or null. */
function nextPage(link: string | undefined, base: string): string | null {
  const target = /<([^>]+)>\s*;[^,]*rel="?next"?/i.exec(link ?? '')?.[1];
  if (target === undefined || !URL.canParse(target, base)) return null;
  const url = new URL(target, base);
  return url.origin === new URL(base).origin ? url.href : null;
}

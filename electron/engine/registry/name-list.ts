import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { answerError } from './answer-error.ts';
import { nextLink } from './next-link.ts';
import type { Requester } from './requester.ts';
import type { Answer } from './transport.ts';

const PAGE_LIMIT = 16 * 1024 * 1024;
const MOST_NAMES = 100_000;
const MOST_PAGES = 1000;
/** Registries that cut pages by themselves do so at multiples of this. */
const LIKELY_LIMIT = 50;
/** Pages in a row that bring no new name, after which a registry is not asked for another. */
const MOST_IDLE_PAGES = 10;

/** A list of a registry. */
export interface NameList {
  /** Path below `/v2/`. */
  readonly path: string;
  readonly scope: string;
  /** The member of the document that holds the names. */
  readonly member: 'tags' | 'repositories';
  /** Names that a page is asked for. */
  readonly pageSize: number;
}

/** What was found of a list. */
export interface FoundNames {
  /** Sorted, each once. */
  readonly names: readonly string[];
  /** False where the list broke off: a Link that leads nowhere, or more names than are taken. */
  readonly complete: boolean;
  /** Digests of tags, where the list itself says them (Google); empty elsewhere. */
  readonly digests: ReadonlyMap<string, string>;
  /** ms since the epoch when a digest was pushed, where the list itself says it. */
  readonly pushedMs: ReadonlyMap<string, number>;
}

/** A page to ask for, and why it is thought to be there. */
type Step = { readonly to: string; readonly by: 'start' | 'link' | 'last' };

interface Page {
  readonly names: readonly string[];
  readonly next: ReturnType<typeof nextLink>;
}

/**
 * The names of a paged list. Links lead on, whatever they hold, as long as they stay on the registry; where one does not
 * (a proxy's own address, a path that is not there), and where a page that looks full has none, `last` is tried instead,
 * which ends with the first page that brings nothing new. At most 1,000 pages and 100,000 names.
 *
 * @throws AppError `registry.protocol`, and what the registry refuses
 */
export async function readNames(requester: Requester, list: NameList, signal: AbortSignal): Promise<FoundNames> {
  return await new NameReading(requester, list, signal).read();
}

class NameReading {
  readonly #requester: Requester;
  readonly #list: NameList;
  readonly #signal: AbortSignal;
  readonly #names = new Set<string>();
  readonly #digests = new Map<string, string>();
  readonly #pushedMs = new Map<string, number>();
  readonly #visited = new Set<string>();
  /** `n` of the requests; null where the registry took none. */
  #n: number | null;
  #linksLead = true;
  #complete = true;

  constructor(requester: Requester, list: NameList, signal: AbortSignal) {
    this.#requester = requester;
    this.#list = list;
    this.#signal = signal;
    this.#n = list.pageSize;
  }

  async read(): Promise<FoundNames> {
    let idle = 0;
    let step: Step | null = { to: this.#address(null), by: 'start' };
    while (step !== null) {
      if (this.#visited.size >= MOST_PAGES || this.#names.size >= MOST_NAMES || idle > MOST_IDLE_PAGES) {
        this.#complete = false;
        break;
      }
      this.#visited.add(step.to);
      const before = this.#names.size;
      const page = await this.#page(step);
      if (page !== null) for (const name of page.names) this.#names.add(name);
      const fresh = this.#names.size > before;
      idle = fresh ? 0 : idle + 1;
      step = this.#after(step, page, fresh);
    }
    const names = [...this.#names].sort();
    return { names, complete: this.#complete, digests: this.#digests, pushedMs: this.#pushedMs };
  }

  #address(last: string | null): string {
    const query = new URLSearchParams({
      ...(this.#n === null ? {} : { n: String(this.#n) }),
      ...(last === null ? {} : { last }),
    }).toString();
    return query === '' ? this.#list.path : `${this.#list.path}?${query}`;
  }

  /** The page of a step; null where a page that was only thought to be there is not. */
  async #page(step: Step): Promise<Page | null> {
    const answer = await this.#ask(step.to);
    if (answer.status === 200) {
      const origin = await this.#requester.origin(this.#signal);
      this.#learnDigests(answer.body);
      return {
        names: namesOf(answer.body, this.#list.member, this.#requester.host),
        next: nextLink(answer.headers['link'], answer.url, origin),
      };
    }
    const guessed = [400, 404, 405, 416].includes(answer.status);
    if (step.by !== 'start' && guessed) return null;
    if (step.by === 'start' && answer.status === 400 && this.#n !== null) {
      // A number of names that it does not like (PAGINATION_NUMBER_INVALID, UNSUPPORTED): its own number, then.
      this.#n = null;
      return await this.#page({ ...step, to: this.#address(null) });
    }
    throw answerError(this.#requester.host, 'GET', answer.url, answer);
  }

  async #ask(to: string): Promise<Answer> {
    const { scope } = this.#list;
    const question = { method: 'GET', to, scopes: [scope], repeatable: true, limit: PAGE_LIMIT } as const;
    return await this.#requester.send(question, this.#signal);
  }

  /** Where a list goes on; null = it ends. */
  #after(step: Step, page: Page | null, fresh: boolean): Step | null {
    if (page === null) {
      // A Link that leads nowhere leaves `last`; that `last` is refused leaves nothing.
      if (step.by === 'link') this.#linksLead = false;
      else if (!this.#linksLead) this.#complete = false;
      return step.by === 'link' ? this.#behind([...this.#names].sort()) : null;
    }
    const { names, next } = page;
    if (next === null) return fresh && this.#maybeMore(names.length) ? this.#behind(names) : null;
    if (this.#linksLead && next.kind === 'here' && !this.#visited.has(next.to)) return { to: next.to, by: 'link' };
    this.#linksLead = false;
    if (fresh) return this.#behind(names);
    this.#complete = false;
    return null;
  }

  /** Whether a page without a Link may have another behind it: it is full, or cut at a number that looks like a limit. */
  #maybeMore(count: number): boolean {
    return count === this.#n || (count > 0 && count % LIKELY_LIMIT === 0);
  }

  /** The page behind the last of these names. */
  #behind(names: readonly string[]): Step | null {
    const last = lastOf(names);
    if (last === undefined) return null;
    const to = this.#address(last);
    return this.#visited.has(to) ? null : { to, by: 'last' };
  }

  #learnDigests(body: string): void {
    if (this.#list.member !== 'tags' || !body.includes('"manifest"')) return;
    const found = digestMapSchema.safeParse(JSON.parse(body));
    for (const [digest, { tag, timeUploadedMs }] of Object.entries(found.data?.manifest ?? {})) {
      if (!isDigest(digest)) continue;
      for (const name of tag) this.#digests.set(name, digest);
      const ms = Number(timeUploadedMs);
      if (Number.isSafeInteger(ms) && ms > 0) this.#pushedMs.set(digest, ms);
    }
  }
}

/** What Google's registries add to a list of tags. */
const digestMapSchema = z.object({
  manifest: z.record(
    z.string(),
    z.object({ tag: z.array(z.string()).default([]), timeUploadedMs: z.string().default('') }),
  ),
});

/**
 * The name to go on behind. A page in order, by bytes or without regard to case, ends with it; of any other page the greatest.
 */
function lastOf(names: readonly string[]): string | undefined {
  const inOrder = (key: (name: string) => string): boolean =>
    names.every((name, at) => at === 0 || key(names[at - 1] ?? '') <= key(name));
  if (inOrder((name) => name) || inOrder((name) => name.toLowerCase())) return names.at(-1);
  return [...names].sort().at(-1);
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

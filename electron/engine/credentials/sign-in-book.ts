import { z } from 'zod';
import type { JsonFile } from '../state/json-file.ts';

/** What is remembered of sign-ins, without a secret. All by host. */
export const signInBookSchema = z.object({
  /** The source that the person chose (`docker`, `vault`, …), or `anonymous`. */
  sources: z.record(z.string(), z.string()),
  /** Origin of the sign-in server that took a secret. */
  realms: z.record(z.string(), z.string()),
  /** Sign-ins that this app put where other programs find them: it may take them away again. */
  shared: z.record(z.string(), z.object({ source: z.string(), username: z.string() })),
});

type Book = z.infer<typeof signInBookSchema>;
/** Nothing yet. */
export const EMPTY_SIGN_IN_BOOK: Book = { sources: {}, realms: {}, shared: {} };

/** The file of what is remembered of sign-ins. The window and commands share it: it is read anew each time. */
export class SignInBook {
  readonly #file: JsonFile<Book>;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(file: JsonFile<Book>) {
    this.#file = file;
  }

  async read(): Promise<Book> {
    return await this.#file.read();
  }

  /** The source that was chosen for a host; null = by order. */
  async chosen(host: string): Promise<string | null> {
    return (await this.read()).sources[host] ?? null;
  }

  async choose(host: string, source: string | null): Promise<void> {
    await this.#change(({ sources, ...others }) => ({ ...others, sources: withEntry(sources, host, source) }));
  }

  async setRealm(host: string, origin: string | null): Promise<void> {
    await this.#change(({ realms, ...others }) => ({ ...others, realms: withEntry(realms, host, origin) }));
  }

  async setShared(host: string, kept: { readonly source: string; readonly username: string } | null): Promise<void> {
    await this.#change(({ shared, ...others }) => ({ ...others, shared: withEntry(shared, host, kept) }));
  }

  #change(change: (book: Book) => Book): Promise<void> {
    const mine = this.#turns.then(async () => {
      await this.#file.write(change(await this.read()));
    });
    this.#turns = mine.catch(() => undefined);
    return mine;
  }
}

function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  host: string,
  value: Value | null,
): Record<string, Value> {
  const { [host]: _before, ...others } = record;
  return value === null ? others : { ...others, [host]: value };
}

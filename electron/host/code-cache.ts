import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Script, type ScriptOptions } from 'node:vm';
import { threadId } from 'node:worker_threads';
import { makeFolderSync } from '../engine/make-folder.ts';

/** Bytes of a SHA-256, which ends a file of compiled code. */
const SEAL = 32;
const HEAD = 4;
/** What nobody rewrote for so long belongs to a program or a Node that is gone. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** What a file begins with. */
interface Head {
  /** Kept by a process that had run for long: it holds more functions than what a short one compiled. */
  readonly seasoned: boolean;
  readonly modules: readonly Entry[];
}

/** Where a module's compiled code lies in a file, and of which text it was made. */
interface Entry {
  readonly name: string;
  /** SHA-256 of the module's text: V8 itself compares its length alone. */
  readonly text: string;
  readonly length: number;
}

interface Known {
  readonly text: string;
  readonly code: Buffer;
}

const digestOf = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'text' in value &&
    typeof value.text === 'string' &&
    'length' in value &&
    Number.isSafeInteger(value.length)
  );
}

function isHead(value: unknown): value is Head {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seasoned' in value &&
    typeof value.seasoned === 'boolean' &&
    'modules' in value &&
    Array.isArray(value.modules) &&
    value.modules.every(isEntry)
  );
}

/** Whether a folder is this user's and nobody else can write to it: V8 runs what lies in it without a further look. */
function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/**
 * V8's compiled code of the modules that a process loads, kept in one file between its starts. A file that is damaged, of
 * another V8 or made from another text is not used: the module is compiled as usual. A file is sealed by its SHA-256,
 * because V8 checks no sum of what it is given.
 *
 * File: length of the head (4 bytes, big endian), the head as JSON, the modules' code one after the other, SHA-256 of all that.
 */
export class CodeCache {
  readonly #folder: string;
  readonly #file: string;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #scripts = new Map<string, { readonly text: string; readonly script: Script }>();
  #news = false;
  #seasoned = false;

  /**
   * @param folder made with mode 0700 when something is kept; one that others can write to is neither read nor written
   * @param role which modules belong together: the program and what it was asked to do, since that decides which
   *   functions are compiled at all
   * @param version of V8 and its flags (`v8.cachedDataVersionTag()`)
   */
  constructor(folder: string, role: string, version: number) {
    this.#folder = folder;
    this.#file = join(folder, `${role}-${version.toString(16)}.bin`);
    this.#known = this.#read();
  }

  /** Compiles a module's text, from what is kept where that is its code. */
  compile(file: string, text: string, options: Pick<ScriptOptions, 'importModuleDynamically'> = {}): Script {
    const name = basename(file);
    const digest = digestOf(text).toString('hex');
    const known = this.#known.get(name);
    const cachedData = known?.text === digest ? known.code : undefined;
    const script = new Script(text, { ...options, filename: file, cachedData });
    if (cachedData === undefined || script.cachedDataRejected === true) this.#news = true;
    this.#scripts.set(name, { text: digest, script });
    return script;
  }

  /**
   * Keeps the code of all modules that were compiled, with the functions that ran so far. Does nothing where every one of
   * them came from what is kept. Never throws: without it a start takes as long as it always did.
   *
   * @param seasoned the process has run for long: keeps it anew, once, where only a short one has kept it
   */
  keep(seasoned = false): void {
    if (!this.#news && (this.#seasoned || !seasoned)) return;
    this.#news = false;
    this.#seasoned = seasoned;
    try {
      makeFolderSync(this.#folder, 0o700);
      if (!isPrivate(this.#folder)) return;
      const own = `${this.#file}.${String(process.pid)}.${String(threadId)}`;
      writeFileSync(own, this.#sealed(), { mode: 0o600 });
      renameSync(own, this.#file);
      this.#forget();
    } catch {
      // A full or read-only place.
    }
  }

  #sealed(): Buffer {
    const codes: Buffer[] = [];
    const modules: Entry[] = [];
    for (const [name, { text, script }] of this.#scripts) {
      const code = script.createCachedData();
      codes.push(code);
      modules.push({ name, text, length: code.length });
    }
    const written: Head = { seasoned: this.#seasoned, modules };
    const head = Buffer.from(JSON.stringify(written));
    const length = Buffer.alloc(HEAD);
    length.writeUInt32BE(head.length);
    const all = Buffer.concat([length, head, ...codes]);
    return Buffer.concat([all, digestOf(all)]);
  }

  #read(): Map<string, Known> {
    const known = new Map<string, Known>();
    try {
      if (!isPrivate(this.#folder)) return known;
      const all = readFileSync(this.#file);
      const body = all.subarray(0, all.length - SEAL);
      if (!digestOf(body).equals(all.subarray(all.length - SEAL))) return known;
      let at = HEAD + body.readUInt32BE(0);
      const head: unknown = JSON.parse(body.toString('utf8', HEAD, at));
      if (!isHead(head)) return known;
      this.#seasoned = head.seasoned;
      for (const entry of head.modules) {
        known.set(entry.name, { text: entry.text, code: body.subarray(at, at + entry.length) });
        at += entry.length;
      }
    } catch {
      // Nothing was kept yet, or nothing that can be read.
    }
    return known;
  }

  #forget(): void {
    const oldest = Date.now() - KEPT_MS;
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      if (file !== this.#file && statSync(file).mtimeMs < oldest) rmSync(file);
    }
  }
}

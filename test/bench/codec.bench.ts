import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import koffi from 'koffi';
import { loadCodecModule } from '../../electron/engine/codec/codec-module.ts';
import { Decoder } from '../../electron/engine/codec/decoder.ts';
import { Encoder, STREAM_END } from '../../electron/engine/codec/encoder.ts';
import { measure } from './measured-run.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { yardstickImage } from './yardstick.ts';

const MIB = 1024 * 1024;
const BLOCK = 65_536;
const ROUNDS = QUICK ? 5 : 11;
const SAMPLES = 64;
/** The data is given to the lz4 command so often in one file. */
const COMMAND_TIMES = 8;
/** C compiled to WebAssembly takes 1.65 times as long as liblz4 on dense data; 85 % of its speed is the goal. */
const MOST = 1.65 / 0.85;

/** Debian's liblz4, called in this very process: no start, no pipe, no file on its side either. */
function openLibrary() {
  const library = koffi.load('liblz4.so.1');
  const { encode, decode } = {
    encode: library.func('int LZ4_compress_default(const void *source, void *target, int size, int capacity)'),
    decode: library.func(
      'int LZ4_decompress_safe_usingDict(const void *source, void *target, int size, int capacity, const void *history, int historySize)',
    ),
  };
  // koffi's functions have no types of their own; the prototypes above are theirs.
  return {
    encode: encode as unknown as (source: Buffer, target: Buffer, size: number, capacity: number) => number,
    decode: decode as unknown as (
      source: Buffer,
      target: Buffer,
      size: number,
      capacity: number,
      history: Buffer,
      historySize: number,
    ) => number,
  };
}

/** Share of 4 KiB pages that are zero, and what is left of the bytes by a fast look at their values. */
function isDense(window: Buffer): { dense: boolean; noise: boolean } {
  const counts = new Uint32Array(256);
  for (let at = 0; at < window.length; at += 16) counts[window[at] ?? 0] = (counts[window[at] ?? 0] ?? 0) + 1;
  const seen = window.length / 16;
  const zeros = (counts[0] ?? 0) / seen;
  const noise = counts.every((count) => count < (seen / 256) * 1.5);
  return { dense: zeros < 0.4 && !noise, noise };
}

/** Windows of 1 MiB from all over the image: such as files fill, and such as nothing shortens. */
function samplesOf(image: string): { dense: Buffer; noise: Buffer } {
  const disk = openSync(image, 'r');
  const found: Record<'dense' | 'noise', Buffer[]> = { dense: [], noise: [] };
  for (let at = 0; at < statSync(image).size; at += MIB) {
    const window = Buffer.alloc(MIB);
    if (readSync(disk, window, 0, MIB, at) < MIB) break;
    const { dense, noise } = isDense(window);
    if (dense && found.dense.length < SAMPLES) found.dense.push(window);
    if (noise && found.noise.length < SAMPLES / 4) found.noise.push(window);
  }
  closeSync(disk);
  return { dense: Buffer.concat(found.dense), noise: Buffer.concat(found.noise) };
}

/** CPU seconds of this process for some work. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

type Library = ReturnType<typeof openLibrary>;

function encodeByLibrary(library: Library, data: Buffer, target: Buffer): number {
  let packed = 0;
  for (let at = 0; at < data.length; at += BLOCK) {
    packed += library.encode(data.subarray(at, at + BLOCK), target, BLOCK, target.length);
  }
  return packed;
}

function encodeByOwn(encoder: Encoder, data: Buffer, take: (bytes: Buffer) => void): void {
  encoder.reset();
  for (let at = 0; at < data.length; at += MIB) {
    data.copy(encoder.window, 0, at, at + MIB);
    encoder.add(MIB, false);
    take(encoder.take());
  }
}

/** Interleaved rounds; the ratio of each pair, after one round that is not counted. */
function rounds(name: string, bytes: number, own: () => void, library: () => void): number[] {
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const libraryTook = cpuSeconds(library);
    const ownTook = cpuSeconds(own);
    if (round === 0) continue;
    const speed = (seconds: number): number => bytes / MIB / seconds;
    printRun(name, { 'own MiB/s': speed(ownTook), 'liblz4 MiB/s': speed(libraryTook), ratio: ownTook / libraryTook });
    ratios.push(ownTook / libraryTook);
  }
  return ratios;
}

/** The blocks of a stream as they lie in it. */
function blocksOf(stream: Buffer): { stored: boolean; raw: number; payload: Buffer }[] {
  const blocks: { stored: boolean; raw: number; payload: Buffer }[] = [];
  for (let at = 0; at < stream.length - STREAM_END.length; ) {
    const stored = stream.toString('latin1', at, at + 4) === 'bv4-';
    const raw = stream.readUInt32LE(at + 4);
    const start = at + (stored ? 8 : 12);
    const end = start + (stored ? raw : stream.readUInt32LE(at + 8));
    blocks.push({ stored, raw, payload: stream.subarray(start, end) });
    at = end;
  }
  return blocks;
}

function decodeByLibrary(library: Library, stream: Buffer, target: Buffer): void {
  let at = 0;
  for (const { stored, raw, payload } of blocksOf(stream)) {
    const history = target.subarray(Math.max(0, at - BLOCK), at);
    const out = target.subarray(at, at + raw);
    if (stored) payload.copy(out);
    else if (library.decode(payload, out, payload.length, raw, history, history.length) !== raw) {
      throw new Error('liblz4 does not read what the encoder wrote');
    }
    at += raw;
  }
}

/** The same data through the `lz4` command, whole processes, as scripts use liblz4: so often that its start does not count. */
async function againstCommand(module: WebAssembly.Module, dense: Buffer, stream: Buffer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lz4-command-'));
  const [raw, packed] = [join(folder, 'raw'), join(folder, 'packed.lz4')];
  try {
    await writeFile(raw, Buffer.concat(Array.from({ length: COMMAND_TIMES }, () => dense)));
    const byCommand = async (...args: string[]): Promise<number> => {
      const run = await measure(['lz4', '-qq', '-f', ...args]);
      if (run.status !== 0) throw new Error(`lz4 ended with ${String(run.status)}: ${run.stderr}`);
      return run.cpuSeconds;
    };
    await byCommand('-1', '-B4', '-BI', '--no-frame-crc', raw, packed);
    const encoder = new Encoder(module);
    const ignore = (): void => undefined;
    const ratios: Record<'encode' | 'decode', number[]> = { encode: [], decode: [] };
    for (let round = 0; round < (QUICK ? 2 : 5); round += 1) {
      const encoded = cpuSeconds(() => {
        for (let time = 0; time < COMMAND_TIMES; time += 1) encodeByOwn(encoder, dense, ignore);
      });
      const decoded = cpuSeconds(() => {
        for (let time = 0; time < COMMAND_TIMES; time += 1) decodeByOwn(module, dense.length, stream);
      });
      ratios.encode.push(encoded / (await byCommand('-1', '-B4', '-BI', '--no-frame-crc', raw, '/dev/null')));
      ratios.decode.push(decoded / (await byCommand('-d', packed, '/dev/null')));
    }
    checkBound(
      'encoder against the lz4 command',
      printFigure('encoder, against lz4 -1', ratios.encode, 'x'),
      MOST,
      'x',
    );
    printFigure('decoder, against lz4 -d', ratios.decode, 'x');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function decodeByOwn(module: WebAssembly.Module, length: number, stream: Buffer): void {
  const decoder = new Decoder(module, length, () => undefined);
  for (let at = 0; at < stream.length; at += MIB) decoder.push(stream.subarray(at, at + MIB));
  decoder.end();
}

async function main(): Promise<void> {
  const { dense, noise } = samplesOf(await yardstickImage());
  const module = await loadCodecModule(resolve('dist/node/codec.wasm'));
  const encoder = new Encoder(module);
  const library = openLibrary();
  const target = Buffer.alloc(BLOCK * 2);
  const packed: Buffer[] = [];
  encodeByOwn(encoder, dense, (bytes) => packed.push(Buffer.from(bytes)));
  const stream = Buffer.concat([...packed, STREAM_END]);
  process.stdout.write(
    `\nCodec against liblz4 in one process, blocks of 64 KiB: ${dense.length / MIB} MiB of dense data, ` +
      `packed to 1/${(dense.length / stream.length).toFixed(2)} (liblz4 1/${(dense.length / encodeByLibrary(library, dense, target)).toFixed(2)})\n`,
  );
  const ignore = (): void => undefined;
  const encoded = rounds(
    'encode',
    dense.length,
    () => encodeByOwn(encoder, dense, ignore),
    () => {
      encodeByLibrary(library, dense, target);
    },
  );
  checkBound('encoder against liblz4', printFigure('encoder, dense data', encoded, 'x'), MOST, 'x');
  // Apple's encoder looks at every byte where nothing matches; liblz4 skips ever further. No bound: the bytes are settled.
  const noisy = rounds(
    'encode noise',
    noise.length,
    () => encodeByOwn(encoder, noise, ignore),
    () => {
      encodeByLibrary(library, noise, target);
    },
  );
  printFigure('encoder, data that does not compress', noisy, 'x');

  const out = Buffer.alloc(dense.length);
  const decoded = rounds(
    'decode',
    dense.length,
    () => decodeByOwn(module, dense.length, stream),
    () => decodeByLibrary(library, stream, out),
  );
  if (!out.equals(dense)) throw new Error('the stream does not decode to the data');
  printFigure('decoder', decoded, 'x');
  await againstCommand(module, dense, stream);
}

void main();

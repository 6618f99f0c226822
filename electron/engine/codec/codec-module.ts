import { readFile } from 'node:fs/promises';

/** Places in the memory of `codec.wasm`; the same constants stand in assembly/layout.ts. */
export const LAYOUT = {
  block: 65_536,
  window: 0x30000,
  windowBytes: 1_048_576,
  packed: 0x130000,
  packedBytes: 0x240000,
  /** The most that one window becomes, and what the encoder writes too far. */
  packedWindow: 0x120000,
  payload: 0x5b0000,
  decoded: 0x5e0000,
} as const;

/** The functions of one codec instance. */
export interface CodecExports {
  readonly memory: WebAssembly.Memory;
  /** Starts a stream. */
  encoderReset(): void;
  /** Encodes `length` bytes of the window, all zero or not, to a place in the packed areas; answers the packed bytes. */
  encodeWindow(length: number, offset: number, zero: boolean): number;
  /** Starts a stream. */
  decoderReset(): void;
  /** Decodes `payload` bytes to `raw` bytes; 0, or why not. */
  decodeBlock(payload: number, raw: number): number;
  /** Keeps `length` decoded bytes as history. */
  keepDecoded(length: number): void;
}

/** Compiles `codec.wasm`. */
export async function loadCodecModule(file: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await readFile(file));
}

/** One instance: 6 MiB of fixed memory, one stream at a time. */
export function instantiateCodec(module: WebAssembly.Module): CodecExports {
  const abort = (): never => {
    throw new Error('the codec aborted');
  };
  // The module is built from assembly/ together with this file: its exports are these.
  return new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as CodecExports;
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Places in the memory of `codec.wasm`; the same constants stand in assembly/layout.ts. */
export const LAYOUT = {
  block: 65_536,
  window: 0x30000,
  windowBytes: 1_048_576,
  packed: 0x130000,
  packedBytes: 0x120000,
  payload: 0x370000,
  decoded: 0x3a0000,
} as const;

const functionSchema = z.custom<(...args: number[]) => number>((value) => typeof value === 'function');
const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  encoderReset: functionSchema,
  encodeWindow: functionSchema,
  decoderReset: functionSchema,
  decodeBlock: functionSchema,
  keepDecoded: functionSchema,
});

/** The functions of one codec instance. */
export type CodecExports = z.infer<typeof exportsSchema>;

/** Compiles `codec.wasm`. */
export async function loadCodecModule(file: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await readFile(file));
}

/** One instance: 3.75 MiB of fixed memory, one stream at a time. */
export function instantiateCodec(module: WebAssembly.Module): CodecExports {
  const abort = (): never => {
    throw new Error('the codec aborted');
  };
  return exportsSchema.parse({ ...new WebAssembly.Instance(module, { env: { abort } }).exports });
}

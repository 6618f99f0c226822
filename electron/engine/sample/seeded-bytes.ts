import { createCipheriv, createHash } from 'node:crypto';

/** Bytes of a line of {@link textBytesOf}. */
const LINE = 64;
const LINE_TEXT = Buffer.from(`${'0'.repeat(20)} is a line of the disk of a sample VM\n`.padStart(LINE, '-'), 'latin1');

/** `length` bytes that do not compress; the same for the same seed on every computer. */
export function randomBytesOf(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** `length` bytes of lines that compress to about a third; the same for the same seed on every computer. */
export function textBytesOf(seed: string, length: number): Buffer {
  const text = Buffer.alloc(length, LINE_TEXT);
  const numbers = Buffer.from(randomBytesOf(seed, Math.ceil(length / LINE) * 10).toString('hex'), 'latin1');
  for (let at = 0, from = 0; at + LINE <= length; at += LINE, from += 20) numbers.copy(text, at, from, from + 20);
  return text;
}

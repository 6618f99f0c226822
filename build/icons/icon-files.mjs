import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { paintIcon } from './weave-icon.mjs';

const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** Types of an icns file and the edges of their pictures in pixels, the doubled ones among them. */
const MAC_TYPES = /** @type {const} */ ([
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
]);
const RGBA = 6;

/**
 * @param {string} type
 * @param {Uint8Array} data
 */
function pngChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/**
 * A PNG file (W3C PNG, sections 5 and 11): one IDAT, rows without a filter.
 *
 * @param {number} size edge in pixels
 * @param {Uint8Array} pixels rows of red, green, blue, alpha
 */
function png(size, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, RGBA, 0, 0, 0], 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y += 1) rows.set(pixels.subarray(y * size * 4, (y + 1) * size * 4), y * (size * 4 + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/**
 * An ico file of PNG pictures, as Windows reads since Vista.
 *
 * @param {readonly { size: number, file: Buffer }[]} pictures
 */
function ico(pictures) {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let place = head.length;
  for (const [at, { size, file }] of pictures.entries()) {
    const entry = 6 + 16 * at;
    // 0 stands for 256.
    head.set([size % 256, size % 256, 0, 0], entry);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(file.length, entry + 8);
    head.writeUInt32LE(place, entry + 12);
    place += file.length;
  }
  return Buffer.concat([head, ...pictures.map(({ file }) => file)]);
}

/**
 * An icns file of PNG pictures.
 *
 * @param {readonly { type: string, file: Buffer }[]} pictures
 */
function icns(pictures) {
  const parts = pictures.map(({ type, file }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(file.length + 8, 4);
    return Buffer.concat([head, file]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'latin1');
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, head.length),
    4,
  );
  return Buffer.concat([head, ...parts]);
}

/**
 * Draws the icons of the app: `icon.icns`, `icon.ico` and a folder `linux` of `SIZExSIZE.png`.
 *
 * @param {string} folder
 */
export function writeIcons(folder) {
  /** @type {Map<string, Buffer>} */
  const drawn = new Map();
  const picture = (/** @type {number} */ size, /** @type {boolean} */ margin) => {
    const key = `${size} ${margin}`;
    const file = drawn.get(key) ?? png(size, paintIcon(size, { margin }));
    drawn.set(key, file);
    return file;
  };
  mkdirSync(join(folder, 'linux'), { recursive: true });
  for (const size of LINUX_SIZES) writeFileSync(join(folder, 'linux', `${size}x${size}.png`), picture(size, false));
  writeFileSync(join(folder, 'icon.ico'), ico(WINDOWS_SIZES.map((size) => ({ size, file: picture(size, false) }))));
  writeFileSync(
    join(folder, 'icon.icns'),
    icns(MAC_TYPES.map(([type, size]) => ({ type, file: picture(size, true) }))),
  );
}

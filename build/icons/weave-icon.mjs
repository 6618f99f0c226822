/** Colours of the window: pane (dark), present, present-2, mount, upload, text (dark theme), as red, green, blue. */
const GROUND = [0x1a, 0x1c, 0x1f];
const COLOURS = {
  green: [0x32, 0x73, 0x55],
  deep: [0x21, 0x5a, 0x3f],
  heather: [0x9d, 0x86, 0xcc],
  amber: [0xe8, 0xa1, 0x36],
  light: [0xe7, 0xe9, 0xeb],
};

/** The sett: half of the threads; the other half is its mirror image. Warp and weft are the same. */
const HALF = /** @type {(keyof typeof COLOURS)[]} */ ([
  ...['green', 'green', 'green', 'amber', 'green', 'green', 'green', 'deep', 'deep', 'heather', 'heather', 'light'],
]);
const THREADS = [...HALF, ...HALF.toReversed()].map((name) => COLOURS[name]);
/** 2/2 twill: a thread lies on top of two others, then below two, one further on in each row. */
const TWILL = 4;
/** Edge of the icon within its margin, and radius of its corners, as parts of the whole: the grid of macOS icons. */
const EDGE = 824 / 1024;
const RADIUS = 186 / 824;
/** Samples of a pixel in each direction. */
const SAMPLES = 4;
const SAMPLES_OF_LARGE = 2;
const LARGE = 256;

/**
 * Where a line of samples meets the cloth: which thread, how far across it, and how far from the straight edge inwards.
 *
 * @param {number} size edge of the picture in pixels
 * @param {number} samples
 * @param {number} edge
 */
function lineOf(size, samples, edge) {
  return Array.from({ length: size * samples }, (_, at) => {
    const place = (at + 0.5) / (size * samples) - 0.5;
    const beyond = Math.max(0, Math.abs(place) / edge - (0.5 - RADIUS));
    const threads = (place / edge + 0.5) * THREADS.length;
    const thread = Math.floor(threads);
    const side = 2 * (threads - thread) - 1;
    return { beyond, thread, across: threads - thread, round: 1 - 0.45 * side ** 4 };
  });
}

/** @typedef {ReturnType<typeof lineOf>[number]} Place */

/**
 * Adds the colour of the cloth at a place: the thread on top, darker towards its sides and where it dives below the next.
 *
 * @param {Place} x
 * @param {Place} y
 * @param {number[]} sum red, green, blue
 */
function addCloth(x, y, sum) {
  const phase = (x.thread + y.thread) % TWILL;
  const warpOnTop = phase < TWILL / 2;
  const colour = THREADS[warpOnTop ? x.thread : y.thread] ?? GROUND;
  // What is on top stays there for two crossings.
  const along = (phase % 2) + (warpOnTop ? y.across : x.across) - 1;
  const shade = (warpOnTop ? x.round : y.round) * (1 - 0.3 * along ** 8);
  for (let channel = 0; channel < 3; channel += 1) {
    sum[channel] = (sum[channel] ?? 0) + (colour[channel] ?? 0) * shade + (GROUND[channel] ?? 0) * (1 - shade);
  }
}

/**
 * Paints the icon of the app: a piece of tartan in twill, in the colours that bytes have in the window.
 *
 * @param {number} size edge in pixels
 * @param {{ margin: boolean }} options whether the margin of macOS icons is left
 * @returns {Uint8Array} rows of red, green, blue, alpha
 */
export function paintIcon(size, { margin }) {
  const samples = size > LARGE ? SAMPLES_OF_LARGE : SAMPLES;
  const line = lineOf(size, samples, margin ? EDGE : 1);
  const pixels = new Uint8Array(size * size * 4);
  const sum = [0, 0, 0];
  for (let pixel = 0; pixel < size * size; pixel += 1) {
    const [left, top] = [(pixel % size) * samples, Math.floor(pixel / size) * samples];
    let hits = 0;
    sum.fill(0);
    for (let sample = 0; sample < samples * samples; sample += 1) {
      const x = line[left + (sample % samples)];
      const y = line[top + Math.floor(sample / samples)];
      if (x === undefined || y === undefined || x.beyond ** 2 + y.beyond ** 2 > RADIUS ** 2) continue;
      hits += 1;
      addCloth(x, y, sum);
    }
    if (hits === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) pixels[pixel * 4 + channel] = (sum[channel] ?? 0) / hits;
    pixels[pixel * 4 + 3] = (255 * hits) / samples ** 2;
  }
  return pixels;
}

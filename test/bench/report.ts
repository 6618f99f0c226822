/** Middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new Error('no values');
  return middle;
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

/** Prints what one run gave, so that nobody has to trust a median. */
export function printRun(name: string, values: Readonly<Record<string, number | string>>): void {
  const parts = Object.entries(values).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? short(value) : value}`,
  );
  process.stdout.write(`  ${name}: ${parts.join(', ')}\n`);
}

/** Prints the median of a figure with its spread. */
export function printFigure(name: string, values: readonly number[], unit: string): number {
  const middle = median(values);
  const spread = values.length > 1 ? ` (${short(Math.min(...values))} … ${short(Math.max(...values))})` : '';
  process.stdout.write(`${name}: ${short(middle)}${unit}${spread}\n`);
  return middle;
}

/** Prints a figure beside what it may be at most; over that, this process ends with status 1. */
export function checkBound(name: string, value: number, most: number, unit = ''): void {
  const holds = value <= most;
  process.stdout.write(
    `${holds ? 'holds' : 'BROKEN'}: ${name}: ${short(value)}${unit}, at most ${short(most)}${unit}\n`,
  );
  if (!holds) process.exitCode = 1;
}

/** `npm run bench -- --quick`: fewer runs and a smaller image, for a look while developing. */
export const QUICK = process.env['TARTAN_BENCH_QUICK'] === '1';

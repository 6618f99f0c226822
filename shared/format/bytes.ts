const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

function decimals(value: number, unit: (typeof UNITS)[number]): number {
  if (unit === 'TB' || unit === 'PB') return 2;
  if (unit === 'GB') return 1;
  return unit === 'MB' && value < 10 ? 1 : 0;
}

/**
 * Bytes in decimal units, as macOS shows them: none of the decimals below 1 GB (but `7.5 MB`), one from 1 GB, two from
 * 1 TB. The figures are the same in every language.
 */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let place = 0;
  // 999.95 MB is 1.0 GB, not 1000 MB.
  while (place < UNITS.length - 1 && value >= 999.5) {
    value /= 1000;
    place++;
  }
  const unit = UNITS[place] ?? 'B';
  return `${value.toFixed(decimals(value, unit))} ${unit}`;
}

/** Bytes a second: `40.6 MB/s`, one decimal from 1 MB on. */
export function formatRate(bytesPerSecond: number): string {
  if (bytesPerSecond >= 999_500 && bytesPerSecond < 999_950_000) return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
  return `${formatBytes(bytesPerSecond)}/s`;
}

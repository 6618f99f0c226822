/** A count with its noun: `1 image`, `2 images`. @param many the noun of more than one; with an `s` unless said */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

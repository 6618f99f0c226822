/** `d8a8d…139ee`: the first and last characters of a digest's hex part, 5 of each unless told. */
export function shortDigest(digest: string, characters = 5): string {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return hex.length <= 2 * characters ? hex : `${hex.slice(0, characters)}…${hex.slice(-characters)}`;
}

/** What stands between two sentences: nothing behind a full-width stop, which brings its own. */
export function sentenceGap(language: string): string {
  return language.startsWith('zh') ? '' : ' ';
}

/** `20 Nov, 14:41`; the year only if it is not this one. */
export function momentWords(ms: number, language: string, nowMs: number = Date.now()): string {
  const date = new Date(ms);
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat(localeOf(language), {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(date);
}

/** `20 Nov`; the year only if it is not this one. */
export function dayWords(ms: number, language: string, nowMs: number = Date.now()): string {
  const date = new Date(ms);
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat(localeOf(language), {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** English of the window is written day first. */
function localeOf(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}

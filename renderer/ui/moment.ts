/** Formats are kept: each costs more than a hundred uses. At most four a language. */
const formats = new Map<string, Intl.DateTimeFormat>();

const DAY = { day: 'numeric', month: 'short' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

function words(ms: number, language: string, nowMs: number, withTime: boolean): string {
  const date = new Date(ms);
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear();
  const key = `${language} ${String(sameYear)} ${String(withTime)}`;
  let format = formats.get(key);
  if (format === undefined) {
    const parts = { ...DAY, ...(sameYear ? {} : { year: 'numeric' as const }), ...(withTime ? TIME : {}) };
    format = new Intl.DateTimeFormat(localeOf(language), parts);
    formats.set(key, format);
  }
  return format.format(date);
}

/** `20 Nov, 14:41`; the year only if it is not this one. */
export function momentWords(ms: number, language: string, nowMs: number = Date.now()): string {
  return words(ms, language, nowMs, true);
}

/** `20 Nov`; the year only if it is not this one. */
export function dayWords(ms: number, language: string, nowMs: number = Date.now()): string {
  return words(ms, language, nowMs, false);
}

/** English of the window is written day first. */
function localeOf(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}

const WORDS = {
  en: { second: 's', minute: 'min', hour: 'h' },
  'zh-CN': { second: '秒', minute: '分', hour: '小时' },
} as const;

/** `0.4 s`, `41 s`, `5 min 24 s`, `34 h 10 min`. */
export function formatDuration(seconds: number, language = 'en'): string {
  const words = language === 'zh-CN' ? WORDS['zh-CN'] : WORDS.en;
  if (seconds < 1 && seconds > 0) return `${Math.max(0.1, seconds).toFixed(1)} ${words.second}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} ${words.second}`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} ${words.minute} ${String(whole % 60)} ${words.second}`;
  const minutes = Math.round(seconds / 60);
  return `${String(Math.floor(minutes / 60))} ${words.hour} ${String(minutes % 60)} ${words.minute}`;
}

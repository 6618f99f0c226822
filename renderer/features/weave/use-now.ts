import { useEffect, useState } from 'react';

/** The time in ms since the epoch, new every `everyMs` while `ticking`. */
export function useNow(everyMs: number, ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs, ticking]);
  return now;
}

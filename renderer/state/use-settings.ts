import { useEffect, useState } from 'react';
import { type Settings, settingsSchema } from '../../shared/models/settings.ts';
import { useClient } from './client.ts';

/** The settings, null before they are known, and how to change some of them: what does not fit the schema is not taken. */
export function useSettings(): readonly [Settings | null, (part: Partial<Settings>) => void] {
  const client = useClient();
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    client.call('settings.get', null, { signal: ended.signal }).then(setSettings, () => undefined);
    const stop = client.on('settings.changed', setSettings);
    return () => {
      ended.abort();
      stop();
    };
  }, [client]);
  return [
    settings,
    (part) => {
      const next = settingsSchema.safeParse({ ...settings, ...part });
      if (!next.success) return;
      setSettings(next.data);
      // The engine's answer comes back as an event; one that could not be kept lasts until the app ends.
      void client.call('settings.set', next.data).catch(() => undefined);
    },
  ];
}

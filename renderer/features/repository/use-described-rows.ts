import { useEffect, useRef } from 'react';
import { useClient } from '../../state/client.ts';
import type { TagRow } from './tag-rows.ts';

/** Rows stand still for this long before they are read. ms */
const STILL_MS = 250;
/** Digests of one question. */
const MOST = 100;

/**
 * Reads what is not known yet of the rows that somebody looks at: of ten thousand digests a look at the tags reads some
 * hundred. Each is asked for once while the repository is shown, and none while its tags are being read.
 *
 * @param place `host/repository`
 */
export function useDescribedRows(place: string, rows: readonly TagRow[], reading: boolean): void {
  const client = useClient();
  const asked = useRef(new Set<string>());
  const unknown = reading
    ? ''
    : rows
        .filter(({ group }) => group.kind === null)
        .map(({ group }) => group.digest)
        .join(' ');
  useEffect(() => {
    if (unknown === '') return;
    const timer = setTimeout(() => {
      const wanted = new Set(unknown.split(' ').filter((digest) => !asked.current.has(digest)));
      const digests = [...wanted].slice(0, MOST);
      if (digests.length === 0) return;
      for (const digest of digests) asked.current.add(digest);
      const slash = place.indexOf('/');
      const question = { host: place.slice(0, slash), repository: place.slice(slash + 1), digests };
      // The rows stay as they are where it cannot be told; the registry's row says why.
      void client.call('repositories.describe', question).catch(() => undefined);
    }, STILL_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [client, place, unknown]);
}

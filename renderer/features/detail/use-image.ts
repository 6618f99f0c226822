import { useEffect, useRef, useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { Image } from '../../../shared/models/image.ts';
import { useClient } from '../../state/client.ts';

/** What a look at an image came to. */
export type Look =
  | { readonly state: 'reading' }
  | { readonly state: 'read'; readonly image: Image }
  | { readonly state: 'failed'; readonly error: ErrorData };

/** A look at an image, and the ways to look again and to stop. */
export interface ImageLook {
  readonly look: Look;
  readonly startedMs: number;
  readonly again: () => void;
  readonly stop: () => void;
}

/** Reads an image when it is looked at: its manifest, its config, of an index its children, and what belongs to it. */
export function useImage(reference: string): ImageLook {
  const client = useClient();
  const [wish, setWish] = useState(() => ({ round: 0, startedMs: Date.now() }));
  const [answer, setAnswer] = useState<{ readonly round: number; readonly look: Look } | null>(null);
  const running = useRef<AbortController | null>(null);
  const { round, startedMs } = wish;
  useEffect(() => {
    const ended = new AbortController();
    running.current = ended;
    const question = { reference, insecure: false, askTags: false, askReferrers: true };
    client.call('images.inspect', question, { signal: ended.signal }).then(
      (image) => setAnswer({ round, look: { state: 'read', image } }),
      (thrown: unknown) => setAnswer({ round, look: { state: 'failed', error: toAppError(thrown).toData() } }),
    );
    return () => {
      ended.abort();
    };
  }, [client, reference, round]);
  return {
    look: answer?.round === round ? answer.look : { state: 'reading' },
    startedMs,
    again: () => setWish((before) => ({ round: before.round + 1, startedMs: Date.now() })),
    stop: () => running.current?.abort(),
  };
}

import { AppError } from '../../../shared/errors/app-error.ts';
import type { Job } from '../../../shared/models/job.ts';
import { LONGEST_RETRY_AFTER_MS } from '../registry/backoff.ts';
import type { DistributionClient } from '../registry/distribution-client.ts';
import type { JobWaits } from './job-waits.ts';

/** What keeps a push from going on although nothing is wrong with it. */
export interface Stuck {
  readonly waitingFor: Exclude<Job['waitingFor'], null | 'lock'>;
  readonly error: AppError;
}

const FIRST_LOOK_MS = 5000;
const LONGEST_LOOK_MS = 60_000;
/** How often it is looked whether another sign-in is there. Files and what helpers said lately; no request. */
const SIGN_IN_LOOK_MS = 15_000;

/** Whether a push that began well can go on later without a change: the network, the sign-in, a limit. Null = it failed. */
export function stuckBy(thrown: unknown): Stuck | null {
  if (!(thrown instanceof AppError)) return null;
  switch (thrown.code) {
    case 'registry.unreachable':
    case 'registry.unavailable':
      return { waitingFor: 'network', error: thrown };
    case 'auth.required':
    case 'auth.unauthorized':
    case 'auth.helper':
      return { waitingFor: 'signIn', error: thrown };
    case 'registry.rateLimited':
      return { waitingFor: 'limit', error: thrown };
    default:
      return null;
  }
}

/**
 * Waits until a stuck push can try again, or a person says so. A network is asked for with back-off (5 s to 1 min), a
 * limit is waited out, a sign-in waits for the person: until one is made here, or another program has another one.
 *
 * @param registry that of the error; null = none that could be asked
 */
export async function waitOut(
  stuck: Stuck,
  waits: JobWaits,
  registry: Pick<DistributionClient, 'answers' | 'hasOtherAccount'> | null,
  signal: AbortSignal,
): Promise<void> {
  switch (stuck.waitingFor) {
    case 'signIn':
      await untilOtherSignIn(waits, registry, signal);
      return;
    case 'limit':
      // The registry's own waits are over by now and did not help: as long as the longest of them.
      await waits.sleep(LONGEST_RETRY_AFTER_MS, signal);
      return;
    case 'network': {
      let wait = FIRST_LOOK_MS;
      do {
        await waits.sleep(wait, signal);
        wait = Math.min(LONGEST_LOOK_MS, wait * 2);
      } while (registry !== null && !(await registry.answers(signal)));
    }
  }
}

async function untilOtherSignIn(
  waits: JobWaits,
  registry: Pick<DistributionClient, 'hasOtherAccount'> | null,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const ways = [waits.untilWoken(until)];
  if (registry !== null) ways.push(untilOtherAccount(waits, registry, until));
  try {
    await Promise.race(ways);
  } finally {
    over.abort();
  }
}

async function untilOtherAccount(
  waits: JobWaits,
  registry: Pick<DistributionClient, 'hasOtherAccount'>,
  signal: AbortSignal,
): Promise<void> {
  do await waits.sleep(SIGN_IN_LOOK_MS, signal);
  while (!(await registry.hasOtherAccount(signal)));
}

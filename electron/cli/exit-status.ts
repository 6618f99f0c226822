import type { ErrorCode } from '../../shared/errors/codes.ts';

/** Exit statuses of the command line. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  interrupted: 130,
} as const;

const USAGE: ReadonlySet<ErrorCode> = new Set(['input.invalid', 'reference.invalid', 'method.unknown']);

/** What the network or the registry's health decides: a later run may pass unchanged, so it is a failure, not a refusal. */
const NETWORK: ReadonlySet<ErrorCode> = new Set([
  'registry.unreachable',
  'registry.unavailable',
  'registry.rateLimited',
  'registry.protocol',
  'registry.tls',
  'registry.plainHttp',
  'internal',
  'state.unavailable',
]);

/** What can only be found once the work is under way, even where no byte had to be sent. */
const LATER: ReadonlySet<ErrorCode> = new Set([
  'tag.conflict',
  'tag.immutable',
  'manifest.refused',
  'verify.failed',
  'vm.diskChanged',
  'vm.lockLost',
  'registry.full',
  'blob.missing',
  'blob.digestMismatch',
]);

/**
 * The exit status of an error: 2 what does not parse, 3 what is refused before a byte was sent, 1 anything later and
 * everything that the network does, 130 an interruption.
 *
 * @param sentBytes packed bytes that had been sent when it failed
 */
export function exitStatusOf(code: ErrorCode, sentBytes: number): number {
  if (code === 'cancelled') return EXIT.interrupted;
  if (USAGE.has(code)) return EXIT.usage;
  if (sentBytes > 0 || NETWORK.has(code) || LATER.has(code)) return EXIT.failed;
  return EXIT.refused;
}

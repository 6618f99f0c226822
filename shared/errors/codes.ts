/**
 * The closed list of error codes that may cross a process border, with what the reader can do about each.
 *
 * `retry` says when the same act can work: `no` (never as it is), `now` (at once), `later` (the engine already waited),
 * `afterSignIn`, or `afterChange` (the person changes a setting, a file or the input first).
 */
export const ERROR_RULES = {
  'input.invalid': { retry: 'afterChange', actions: [] },
  'method.unknown': { retry: 'no', actions: [] },
  'sender.refused': { retry: 'no', actions: [] },
  'reference.invalid': { retry: 'afterChange', actions: ['editReference'] },
  'vm.notFound': { retry: 'afterChange', actions: [] },
  'vm.running': { retry: 'afterChange', actions: ['retry'] },
  'vm.busy': { retry: 'later', actions: ['retry'] },
  'vm.configInvalid': { retry: 'afterChange', actions: ['revealFile'] },
  'vm.incomplete': { retry: 'afterChange', actions: ['revealFile'] },
  'vm.stacked': { retry: 'no', actions: [] },
  'vm.diskChanged': { retry: 'now', actions: ['retry'] },
  'vm.lockLost': { retry: 'now', actions: ['retry'] },
  'vm.gone': { retry: 'no', actions: [] },
  'image.manifestMissing': { retry: 'no', actions: [] },
  'image.layerMissing': { retry: 'afterChange', actions: ['newManifest', 'retry'] },
  'image.notTart': { retry: 'no', actions: [] },
  'file.unreadable': { retry: 'afterChange', actions: ['revealFile', 'retry'] },
  'registry.unreachable': { retry: 'later', actions: ['retry'] },
  'registry.notRegistry': { retry: 'afterChange', actions: ['editReference'] },
  'registry.plainHttp': { retry: 'afterChange', actions: ['editRegistry'] },
  'registry.tls': { retry: 'afterChange', actions: ['editRegistry'] },
  'proxy.invalid': { retry: 'afterChange', actions: [] },
  'registry.protocol': { retry: 'later', actions: ['retry'] },
  'registry.unavailable': { retry: 'later', actions: ['retry'] },
  'registry.rateLimited': { retry: 'later', actions: ['retry'] },
  'registry.denied': { retry: 'afterSignIn', actions: ['signIn'] },
  'registry.full': { retry: 'afterChange', actions: ['retry'] },
  'registry.readOnly': { retry: 'afterChange', actions: ['retry'] },
  'registry.redirect': { retry: 'no', actions: [] },
  'registry.layerLimit': { retry: 'no', actions: [] },
  'registry.answerTooLarge': { retry: 'no', actions: [] },
  'repository.notFound': { retry: 'afterChange', actions: ['editReference'] },
  'auth.required': { retry: 'afterSignIn', actions: ['signIn'] },
  'auth.unauthorized': { retry: 'afterSignIn', actions: ['signIn'] },
  'auth.realm': { retry: 'afterChange', actions: ['signIn', 'editRegistry'] },
  'auth.helper': { retry: 'afterChange', actions: ['signIn'] },
  'auth.noStore': { retry: 'afterChange', actions: [] },
  'certificate.invalid': { retry: 'afterChange', actions: [] },
  'blob.missing': { retry: 'now', actions: ['retry', 'sendAgain'] },
  'blob.digestMismatch': { retry: 'now', actions: ['retry'] },
  'blob.sizeMismatch': { retry: 'now', actions: ['retry'] },
  'manifest.notFound': { retry: 'afterChange', actions: ['editReference'] },
  'manifest.invalid': { retry: 'no', actions: [] },
  'manifest.refused': { retry: 'no', actions: [] },
  'tag.conflict': { retry: 'afterChange', actions: ['overwrite', 'retry'] },
  'tag.immutable': { retry: 'afterChange', actions: ['editReference'] },
  'tag.deleteUnsupported': { retry: 'no', actions: [] },
  'tag.exists': { retry: 'afterChange', actions: [] },
  'tag.needsWay': { retry: 'afterChange', actions: [] },
  'tag.editNotFound': { retry: 'no', actions: [] },
  'tag.notUndoable': { retry: 'no', actions: [] },
  'verify.failed': { retry: 'now', actions: ['retry', 'sendAgain'] },
  'file.unwritable': { retry: 'afterChange', actions: ['retry'] },
  'snapshot.notFound': { retry: 'no', actions: [] },
  'snapshot.busy': { retry: 'later', actions: ['retry'] },
  'store.away': { retry: 'afterChange', actions: ['retry'] },
  'store.busy': { retry: 'later', actions: ['retry'] },
  'store.damaged': { retry: 'afterChange', actions: [] },
  'store.full': { retry: 'afterChange', actions: ['retry'] },
  'store.imageNotFound': { retry: 'afterChange', actions: [] },
  'store.incomplete': { retry: 'afterChange', actions: [] },
  'store.nameInvalid': { retry: 'afterChange', actions: [] },
  'store.archiveInvalid': { retry: 'no', actions: [] },
  'serve.portBusy': { retry: 'afterChange', actions: ['retry'] },
  'serve.off': { retry: 'afterChange', actions: ['retry'] },
  'serve.alreadyOn': { retry: 'no', actions: [] },
  'codec.invalid': { retry: 'no', actions: [] },
  'state.unavailable': { retry: 'later', actions: ['retry'] },
  'job.notFound': { retry: 'no', actions: [] },
  'job.wrongState': { retry: 'no', actions: [] },
  'job.elsewhere': { retry: 'later', actions: [] },
  cancelled: { retry: 'now', actions: ['retry'] },
  internal: { retry: 'later', actions: ['copyDetails'] },
} as const satisfies Record<string, { retry: ErrorRetry; actions: readonly ErrorAction[] }>;

/** When the failed act can work if it is tried again. */
export type ErrorRetry = 'no' | 'now' | 'later' | 'afterSignIn' | 'afterChange';

/** What a person can be offered next to an error. */
export type ErrorAction =
  | 'retry'
  | 'signIn'
  | 'editReference'
  | 'editRegistry'
  | 'overwrite'
  /** Push a cached image with a new manifest. */
  | 'newManifest'
  /** Send every blob of a push, whatever the registry says that it has. */
  | 'sendAgain'
  | 'revealFile'
  | 'copyDetails';

/** One code of the closed list. */
export type ErrorCode = keyof typeof ERROR_RULES;

/** What a request to a registry may end with. */
export const REGISTRY_ERRORS = [
  'reference.invalid',
  'registry.unreachable',
  'registry.notRegistry',
  'registry.plainHttp',
  'registry.tls',
  'proxy.invalid',
  'registry.protocol',
  'registry.unavailable',
  'registry.rateLimited',
  'registry.denied',
  'registry.redirect',
  'registry.answerTooLarge',
  'repository.notFound',
  'auth.required',
  'auth.unauthorized',
  'auth.realm',
  'auth.helper',
  'manifest.notFound',
  'manifest.invalid',
] as const;

/** What opening and reading a VM or cached image may end with. */
export const VM_ERRORS = [
  'vm.notFound',
  'vm.running',
  'vm.busy',
  'vm.configInvalid',
  'vm.incomplete',
  'vm.stacked',
  'vm.diskChanged',
  'vm.lockLost',
  'vm.gone',
  'image.manifestMissing',
  'file.unreadable',
] as const;

/** What work on the local store may end with. */
export const STORE_ERRORS = [
  'store.away',
  'store.busy',
  'store.damaged',
  'store.full',
  'file.unreadable',
  'file.unwritable',
] as const;

/** What a comparison may end with. */
export const COMPARE_ERRORS = [
  ...REGISTRY_ERRORS,
  ...VM_ERRORS,
  'snapshot.notFound',
  'image.notTart',
  'state.unavailable',
] as const;

/** What a copy may end with, beside the errors of registries. */
export const COPY_ERRORS = [
  'tag.conflict',
  'tag.immutable',
  'manifest.refused',
  'verify.failed',
  'blob.missing',
  'blob.digestMismatch',
  'blob.sizeMismatch',
  'registry.full',
  'registry.readOnly',
] as const;

/** What an edit of tags may end with, beside the errors of registries. */
export const TAG_ERRORS = [
  ...COPY_ERRORS,
  'serve.off',
  'tag.deleteUnsupported',
  'tag.editNotFound',
  'tag.notUndoable',
  'file.unwritable',
] as const;

/** What may be wrong with images that go into the local store or out of it. */
export const IMAGE_ERRORS = [
  'store.imageNotFound',
  'store.nameInvalid',
  'store.incomplete',
  'store.archiveInvalid',
] as const;

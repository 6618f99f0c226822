/** `repository:tag` taken apart at the colon of the tag; a colon before a slash belongs to a port or a drive. */
function splitTag(reference: string): readonly [repository: string, tag: string] {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/') ? [reference.slice(0, colon), reference.slice(colon + 1)] : [reference, ''];
}

/**
 * References in one line. Of neighbours in one repository all but the first are told by their tags alone:
 * `ghcr.io/acme/sonoma:14.4, latest`.
 */
export function groupedReferences(references: readonly string[]): string {
  return references
    .map((reference, at) => {
      const [repository, tag] = splitTag(reference);
      const [before] = splitTag(references[at - 1] ?? '');
      return tag !== '' && repository === before ? tag : reference;
    })
    .join(', ');
}

/** `host/repository:14.4, latest`: an image under all of its tags; without one under its digest. */
export function imageName(image: {
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
}): string {
  const { registry, repository, digest, tags } = image;
  return `${registry}/${repository}${tags.length === 0 ? `@${digest}` : `:${tags.join(', ')}`}`;
}

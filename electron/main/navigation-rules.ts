/** Sites that the app links to itself. Subdomains do not count. */
const LINKED_HOSTS = new Set(['tart.run', 'github.com', 'docs.github.com']);

/** Whether a page or frame may go there: only within its own origin. */
export function mayNavigate(url: string, origin: string): boolean {
  if (!URL.canParse(url)) return false;
  const target = new URL(url);
  // `origin` of a non-special scheme is "null" for Node's URL, so the parts are compared.
  return `${target.protocol}//${target.host}` === origin && target.username === '' && target.password === '';
}

/** The link to hand to the system's browser, or null when it is not on the list. */
export function externalLink(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const target = new URL(url);
  const plain = target.protocol === 'https:' && target.port === '' && target.username === '' && target.password === '';
  return plain && LINKED_HOSTS.has(target.hostname) ? target.href : null;
}

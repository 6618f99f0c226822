/** Where the next page of a list is: on the registry, or somewhere that it may not send us. */
export type NextLink = { readonly kind: 'here'; readonly to: string } | { readonly kind: 'elsewhere' };

/** One link of a Link header (RFC 8288): its target and its parameters. */
const LINK = /<([^>]*)>([^<]*)/g;
const IS_NEXT = /;\s*rel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next\b)/i;

/**
 * The `rel="next"` of a Link header; null = there is none. A link that only lost its `https` behind a proxy is on the
 * registry, one to another host or port is not.
 *
 * @param base where the answer came from, for relative targets
 * @param origin the registry's own
 */
export function nextLink(header: string | undefined, base: string, origin: string): NextLink | null {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    if (!IS_NEXT.test(parameters)) continue;
    if (!URL.canParse(target, base)) return { kind: 'elsewhere' };
    const url = new URL(target, base);
    const own = new URL(origin);
    if (own.protocol === 'https:' && url.protocol === 'http:' && url.hostname === own.hostname) {
      url.protocol = 'https:';
      url.port = own.port;
    }
    return url.origin === own.origin ? { kind: 'here', to: url.href } : { kind: 'elsewhere' };
  }
  return null;
}

/** The scheme and host that the window is served from; never `file://`. */
export const APP_SCHEME = 'app';
/** The one host of the app's own scheme. */
export const APP_HOST = 'tartan';
/** The one origin whose messages main listens to. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
/** What the scheme may: what https may, and fetch. No service worker, no streams, and no way around a policy. */
export const APP_SCHEME_PRIVILEGES = { standard: true, secure: true, supportFetchAPI: true } as const;

/**
 * The dev server that makes the page, in place of the built files: only in a checkout, and only on this computer. Null = none.
 *
 * @param text value of `TARTAN_DEV_URL`
 */
export function developmentUrl(text: string | undefined, packaged: boolean): URL | null {
  if (packaged || text === undefined || !URL.canParse(text)) return null;
  const url = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'http:' && loopback ? url : null;
}

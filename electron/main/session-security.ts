import type { Session, WebContents } from 'electron';
import { externalLink, mayNavigate } from './navigation-rules.ts';

/** Denies every permission, check, device and capture: the window needs none; text is copied by the host. */
export function secureSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses);
  session.setDisplayMediaRequestHandler((_request, answer) => {
    answer({});
  });
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}

/** Keeps a page where it is: no other origin, no window, no web view; listed https links go to the system's browser. */
export function secureContents(contents: WebContents, origin: string, openLink: (url: string) => void): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!mayNavigate(event.url, origin)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    const link = externalLink(url);
    if (link !== null) openLink(link);
    return { action: 'deny' };
  });
}

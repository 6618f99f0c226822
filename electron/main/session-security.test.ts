import { EventEmitter } from 'node:events';
import type { Session, WebContents } from 'electron';
import { describe, expect, it } from 'vitest';
import { APP_ORIGIN } from './app-origin.ts';
import { secureContents, secureSession } from './session-security.ts';

/** Records the handlers that are set; calling one is what Chromium would do. */
class RecordingSession extends EventEmitter {
  readonly handlers = new Map<string, (...args: unknown[]) => unknown>();

  constructor() {
    super();
    const names = [
      'PermissionRequest',
      'PermissionCheck',
      'DevicePermission',
      'USBProtectedClasses',
      'DisplayMediaRequest',
    ];
    for (const name of names) {
      Object.defineProperty(this, `set${name}Handler`, {
        value: (handler: (...args: unknown[]) => unknown) => this.handlers.set(name, handler),
      });
    }
  }

  ask(name: string, ...args: unknown[]): unknown {
    return this.handlers.get(name)?.(...args);
  }
}

class RecordingContents extends EventEmitter {
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  /** Whether an event with this url goes on. */
  passes(event: string, url: string): boolean {
    let prevented = false;
    this.emit(event, { url, preventDefault: () => (prevented = true) });
    return !prevented;
  }
}

describe('the session', () => {
  it('grants nothing: no permission, no device, no screen, no download', () => {
    const session = new RecordingSession();
    // The recorder has the members that are used.
    secureSession(session as unknown as Session);
    const answers: unknown[] = [];
    const granted = (answer: unknown): void => void answers.push(answer);
    session.ask('PermissionRequest', null, 'media', granted);
    session.ask('PermissionRequest', null, 'clipboard-read', granted);
    session.ask('DisplayMediaRequest', {}, granted);
    let downloads = true;
    session.emit('will-download', { preventDefault: () => (downloads = false) });

    expect({
      answers,
      check: session.ask('PermissionCheck', null, 'notifications'),
      device: session.ask('DevicePermission', {}),
      usb: session.ask('USBProtectedClasses', { protectedClasses: ['hid'] }),
      downloads,
    }).toEqual({ answers: [false, false, {}], check: false, device: false, usb: ['hid'], downloads: false });
  });
});

describe('a page', () => {
  it('stays where it is, opens nothing, and hands only listed links to the browser', () => {
    const contents = new RecordingContents();
    const opened: string[] = [];
    // The recorder has the members that are used.
    secureContents(contents as unknown as WebContents, APP_ORIGIN, (url) => void opened.push(url));
    const moves = ['will-navigate', 'will-frame-navigate', 'will-redirect'];

    expect({
      away: moves.map((event) => contents.passes(event, 'https://evil.example/')),
      within: moves.map((event) => contents.passes(event, 'app://tartan/index.html')),
      webview: contents.passes('will-attach-webview', 'app://tartan/'),
      windows: ['https://evil.example/', 'https://tart.run/', 'app://tartan/'].map(
        (url) => contents.openHandler({ url }).action,
      ),
      opened,
    }).toEqual({
      away: [false, false, false],
      within: [true, true, true],
      webview: false,
      windows: ['deny', 'deny', 'deny'],
      opened: ['https://tart.run/'],
    });
  });
});

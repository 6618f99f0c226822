/** A key combination with the platform's command key. */
export interface Shortcut {
  readonly key: string;
  readonly shift?: boolean;
  readonly alt?: boolean;
}

/** `⌥⌘1` on macOS, `Ctrl+Alt+1` elsewhere. */
export function shortcutWords({ key, shift = false, alt = false }: Shortcut, mac: boolean): string {
  if (mac) return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}⌘${key}`;
  return ['Ctrl', ...(alt ? ['Alt'] : []), ...(shift ? ['Shift'] : []), key].join('+');
}

/** Whether this window runs on macOS. */
export const IS_MAC = /Mac/.test(navigator.userAgent);

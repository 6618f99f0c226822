import { useEffect, useRef } from 'react';
import type { EventPayload } from '../../shared/contract/events.ts';
import { useClient } from '../state/client.ts';

/** What carries out a command of the menu bar. */
export type Commands = Readonly<Record<EventPayload<'app.command'>, () => void>>;

/** The stops of F6 in their order, as selectors. */
const STOPS = [
  '[data-pane="local"]',
  '[data-pane="registries"]',
  '[data-pane="detail"]',
  '.savings',
  '.compare',
  '.transfers-drawer',
] as const;

/** The first part behind the one that has the focus, or before it. */
function nextStop(backwards: boolean): HTMLElement | null {
  const parts = STOPS.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? []);
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const step = backwards ? -1 : 1;
  const next = at < 0 ? 0 : (at + step + parts.length) % parts.length;
  return parts[next] ?? null;
}

function focusWithin(part: HTMLElement): void {
  const inner =
    part.querySelector<HTMLElement>('[role="tree"]') ??
    part.querySelector<HTMLElement>('button:not([disabled]), input, [tabindex="0"]') ??
    part;
  inner.focus();
}

/** Hears the menu bar's commands and F6. While a dialog is open (`free` false) only it has the keys. */
export function useCommands(commands: Commands, free: boolean): void {
  const client = useClient();
  const now = useRef(commands);
  const open = useRef(free);
  useEffect(() => {
    now.current = commands;
    open.current = free;
  });
  useEffect(() => {
    const stop = client.on('app.command', (command) => {
      if (open.current || command === 'toggleDrawer') now.current[command]();
    });
    // What was chosen while the page was being loaded comes now.
    client.call('app.listening', null).catch(() => undefined);
    return stop;
  }, [client]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'F6' || !open.current) return;
      const part = nextStop(event.shiftKey);
      if (part === null) return;
      event.preventDefault();
      focusWithin(part);
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  }, []);
}

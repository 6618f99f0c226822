import type { ContractClient } from '../../shared/contract/client.ts';
import type { Settings } from '../../shared/models/settings.ts';

/** The theme to draw: the person's choice, else what the system asks for. */
function drawnTheme(choice: Settings['theme']): 'light' | 'dark' | 'contrast' {
  if (choice !== 'system') return choice;
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Puts theme and text scale on the root element. */
export function applyLook(settings: Settings): void {
  document.documentElement.dataset['theme'] = drawnTheme(settings.theme);
  document.documentElement.style.fontSize = `${(16 * settings.textScale) / 100}px`;
}

/** Keeps the look in step with the system and with the settings, for as long as the window lives. */
export function followSystemTheme(client: ContractClient, first: Settings): void {
  let settings = first;
  client.on('settings.changed', (changed) => {
    settings = changed;
    applyLook(settings);
  });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', () => applyLook(settings));
  }
}

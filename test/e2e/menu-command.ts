import type { LaunchedApp } from './app.ts';

/** Chooses an item of the menu bar by its label, as its key combination does: keys from outside reach the page only. */
export async function chooseMenuItem(app: LaunchedApp, label: string): Promise<void> {
  await app.electron.evaluate(({ Menu }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    const item = items.find((candidate) => candidate.label === wanted);
    if (item === undefined) throw new Error(`no menu item ${wanted}`);
    // Electron types the method as a bare Function.
    (item as unknown as { click(): void }).click();
  }, label);
}

/** The labels of the menu bar. */
export async function menuBar(app: LaunchedApp): Promise<readonly string[]> {
  return await app.electron.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);
}

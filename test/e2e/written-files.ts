import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';

const FORMATS = [
  ['json', 'JSON, for programs'],
  ['csv', 'CSV, for tables'],
  ['html', 'Web page, with pictures'],
] as const;

/** Presses Export… for each format in turn, and reads what was written: `NAME.FORMAT` in `folder`. */
export async function writtenFiles(
  { electron, page }: { readonly electron: ElectronApplication; readonly page: Page },
  folder: string,
  name: string,
): Promise<Readonly<Record<(typeof FORMATS)[number][0], string>>> {
  const written = { json: '', csv: '', html: '' };
  for (const [format, label] of FORMATS) {
    const file = join(folder, `${name}.${format}`);
    // The system's own dialogs cannot be clicked from outside.
    await electron.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
    }, file);
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('menuitem', { name: label }).click();
    await page.getByText(file, { exact: true }).waitFor();
    written[format] = await readFile(file, 'utf8');
  }
  return written;
}

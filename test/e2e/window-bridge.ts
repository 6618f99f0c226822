import type { Page } from 'playwright-core';

/** Asks a method through the bridge as the page itself could, and answers the host's message. */
export async function askHost(page: Page, method: string, input: unknown): Promise<unknown> {
  return await page.evaluate(
    ([name, value]) =>
      new Promise<unknown>((resolve) => {
        // Far from the ids that the window's own client counts up.
        const id = 1_000_000 + Math.floor(Math.random() * 1_000_000);
        const stop = window.tartan.subscribe((message) => {
          if (typeof message !== 'object' || message === null || !('id' in message) || message.id !== id) return;
          stop();
          resolve(message);
        });
        window.tartan.request({ type: 'request', id, method: name, input: value });
      }),
    [method, input] as const,
  );
}

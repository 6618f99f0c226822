/** The frame that sent a message, as far as it is looked at. */
export interface SenderFrame {
  readonly origin: string;
  readonly parent: unknown;
}

/**
 * Whether a message comes from our page: the frame is still there, is the top one, has our origin, and belongs to our window.
 *
 * @param frame null when the frame navigated or ended since it sent
 */
export function isOurSender(
  frame: SenderFrame | null,
  contentsId: number,
  ours: { readonly origin: string; readonly contentsId: number },
): boolean {
  return frame !== null && frame.parent === null && frame.origin === ours.origin && contentsId === ours.contentsId;
}

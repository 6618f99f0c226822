/** White space at either end, and what is no letter anywhere. */
const UNSEEN = /^\s+|\s+$|\p{Cc}/gu;
/** `␣` */
const OPEN_BOX = '\u2423';
const CONTROL_PICTURES = 0x2400;
/** `␡`, the picture of 0x7f. */
const DELETE_PICTURE = '\u2421';

function pictureOf(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
  if (code === 0x7f) return DELETE_PICTURE;
  return OPEN_BOX;
}

/**
 * A name of a VM as it is written in lists and sentences. A folder may be named by spaces alone, and begin or end with them:
 * those are drawn (`␣`), as are characters that control a terminal (`␊`), so that there is always something to read and
 * different names look different.
 */
export function shownName(name: string): string {
  return name.replace(UNSEEN, (unseen) => Array.from(unseen, pictureOf).join(''));
}

const HIDDEN = '•••';

/** Names of fields and of query parameters whose value is a secret, or opens something: signed addresses, upload state. */
const SECRET_NAME =
  /secret|passw|token|authorization|cookie|credential|signature|^auth$|^sig$|^_state$|^key$|api_?key/i;

/** Scheme and value of an Authorization header, wherever it stands. */
const HEADER = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;
/** Three parts of base64url, the first of them a JSON object: a JSON web token. */
const WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const QUERY_VALUE = /([?&;])([^=&\s;]+)=([^&\s;"']+)/g;
const MEMBER = /(["']?)([\w-]+)\1(\s*:\s*)"(?:[^"\\]|\\.)*"/g;

/** The same within a text that is JSON itself. */
const ESCAPED_MEMBER = /\\"([\w-]+)\\"(\s*:\s*)\\"(?:[^"\\]|\\\\.)*\\"/g;

/** A text without the secrets that can be told from their place: headers, addresses with a password or a signature, tokens, members of JSON. */
function redactText(text: string): string {
  return text
    .replace(USER_INFO, `$1${HIDDEN}@`)
    .replace(HEADER, `$1 ${HIDDEN}`)
    .replace(WEB_TOKEN, HIDDEN)
    .replace(QUERY_VALUE, (whole, mark: string, name: string) =>
      SECRET_NAME.test(name.replace(/^x-(?:amz|goog|ms)-/i, '')) ? `${mark}${name}=${HIDDEN}` : whole,
    )
    .replace(ESCAPED_MEMBER, (whole, name: string, colon: string) =>
      SECRET_NAME.test(name) ? `\\"${name}\\"${colon}\\"${HIDDEN}\\"` : whole,
    )
    .replace(MEMBER, (whole, quote: string, name: string, colon: string) =>
      SECRET_NAME.test(name) ? `${quote}${name}${quote}${colon}"${HIDDEN}"` : whole,
    );
}

/** Values nested deeper than this are not logged. */
const DEEPEST = 6;

/**
 * A value as it may stand in a log: secrets replaced, errors as their message, bigint as text. Nobody means to log a secret;
 * this is for messages of servers, libraries and helpers that hold one.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return redactText(value.message);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      SECRET_NAME.test(name) && member !== null && member !== undefined ? HIDDEN : redact(member, depth + 1),
    ]),
  );
}

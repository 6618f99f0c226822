/** One authentication challenge: scheme in lower case, parameters with lower-case names. */
export interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;

/**
 * Parses WWW-Authenticate (RFC 9110 section 11): several challenges in one line, parameters in any order, quoted strings
 * with escapes and commas, blanks round `=`, token68, schemes without parameters. Of a repeated parameter the first wins.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  let rest = header;
  const skip = (pattern: RegExp): void => {
    rest = rest.replace(pattern, '');
  };
  for (;;) {
    skip(/^[\s,]+/);
    const name = TOKEN.exec(rest)?.[0];
    if (name === undefined) return challenges;
    rest = rest.slice(name.length);
    const equals = /^\s*=\s*(?=[^=\s,]|"|$)/.exec(rest)?.[0];
    const current = challenges.at(-1);
    if (equals !== undefined && current !== undefined) {
      rest = rest.slice(equals.length);
      const quoted = /^"((?:[^"\\]|\\.)*)"?/.exec(rest);
      const raw = quoted?.[0] ?? /^[^\s,]*/.exec(rest)?.[0] ?? '';
      rest = rest.slice(raw.length);
      const value = quoted === null ? raw : (quoted[1] ?? '').replace(/\\(.)/g, '$1');
      const key = name.toLowerCase();
      if (!current.params.has(key)) current.params.set(key, value);
    } else {
      challenges.push({ scheme: name.toLowerCase(), params: new Map() });
      // token68 of a scheme that we do not speak
      const after = /^\s+([A-Za-z0-9._~+/-]+=*)\s*(?=,|$)/.exec(rest)?.[0];
      if (after !== undefined && !/^\s+[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*=[^=]/.test(after))
        rest = rest.slice(after.length);
    }
  }
}

/** undici tells the status of a proxy that gives no tunnel in its message alone. */
const NO_TUNNEL = /^Proxy response \((\d{3})\)/;

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null;
}

/**
 * The code of a network fault that a request threw: Node's or undici's, `PROXY_407` and the like where a proxy gives no
 * tunnel, `UNKNOWN` where there is none.
 */
export function faultCode(thrown: unknown): string {
  const status = thrown instanceof Error ? NO_TUNNEL.exec(thrown.message)?.[1] : undefined;
  if (status !== undefined) return `PROXY_${status}`;
  // Every address of a name was tried: the first one speaks for all.
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return codeOf(first) ?? (first instanceof Error ? codeOf(first.cause) : null) ?? 'UNKNOWN';
}

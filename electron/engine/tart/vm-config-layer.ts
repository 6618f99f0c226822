import { type JsonValue, tartJson } from '../oci/tart-json.ts';
import type { VmConfig } from './vm-config.ts';

/**
 * Bytes of the VM config layer: compact, `/` escaped, keys sorted. Tart leaves the order to chance; sorted, the same
 * settings are the same bytes and so the same digest.
 */
export function vmConfigLayer(config: VmConfig): Uint8Array {
  // A parsed config holds JSON values only; the round trip leaves out members that are undefined.
  return tartJson(JSON.parse(JSON.stringify(config)) as JsonValue);
}

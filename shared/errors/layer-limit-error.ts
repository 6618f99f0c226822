import type { PlanTarget } from '../models/plan.ts';
import { AppError } from './app-error.ts';

/** `registry.layerLimit` where a target would get more layers than its registry takes; null where it takes them. */
export function layerLimitError({ registry, layerLimit, layers }: PlanTarget): AppError | null {
  if (layerLimit === null || layers.length <= layerLimit) return null;
  return new AppError('registry.layerLimit', { host: registry, limit: layerLimit, layers: layers.length });
}

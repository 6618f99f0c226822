import type { Vm } from '../../shared/models/vm.ts';
import type { PushStart } from '../features/push/use-push-wish.ts';

/** A dialog over the screens. */
export type WindowDialog =
  | { readonly kind: 'push'; readonly vm: Vm; readonly start: PushStart }
  | { readonly kind: 'addRegistry' }
  | { readonly kind: 'removeRegistry'; readonly host: string }
  | { readonly kind: 'collect' }
  | { readonly kind: 'palette' };

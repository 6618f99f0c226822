import type { Vm } from '../../shared/models/vm.ts';

/** A dialog over the screens. */
export type WindowDialog =
  | { readonly kind: 'push'; readonly vm: Vm; readonly references: readonly string[] }
  | { readonly kind: 'addRegistry' }
  | { readonly kind: 'removeRegistry'; readonly host: string }
  | { readonly kind: 'collect' }
  | { readonly kind: 'palette' };

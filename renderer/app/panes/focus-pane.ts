import type { TreeHandle } from '../../ui/tree-list.tsx';

/** Gives the focus to a pane: its tree, else its first control, else the pane itself. */
export function focusPane(name: 'local' | 'registries' | 'detail', tree: TreeHandle | null): void {
  if (tree !== null) {
    tree.focus();
    return;
  }
  const pane = document.querySelector<HTMLElement>(`[data-pane="${name}"]`);
  const first = pane?.querySelector<HTMLElement>('button:not([disabled]), input, [tabindex="0"]') ?? pane;
  first?.focus();
}

import type { DragEvent } from 'react';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Cargo } from './cargo.ts';
import { aimAt, letGo, useDrag } from './drag-store.ts';
import type { DropTarget } from './drop-target.ts';
import { dropVerdict } from './drop-verdict.ts';
import { acceptDrag } from './start-drag.ts';

/** What makes an element the place of one repository for what the pointer carries. */
export interface PlaceDrop {
  readonly 'data-drop': 'over' | undefined;
  readonly onDragOver: (event: DragEvent<HTMLElement>) => void;
  readonly onDragLeave: (event: DragEvent<HTMLElement>) => void;
  readonly onDrop: (event: DragEvent<HTMLElement>) => void;
}

/** Takes drops for a repository that is shown: images are copied to it, a VM is pushed to it, or to the tag that is aimed at. */
export function usePlaceDrop(parts: {
  readonly registry: Registry;
  readonly repository: string;
  readonly onDrop: (cargo: Cargo, target: DropTarget, moving: boolean) => void;
}): PlaceDrop {
  const { registry, repository, onDrop } = parts;
  const drag = useDrag((now) => now);
  const rowKey = `${registry.host}/${repository}`;

  /** Null where nothing that the pointer carries can be dropped. */
  function targetOf({ target }: DragEvent<HTMLElement>): DropTarget | null {
    if (drag === null || drag.by === 'keyboard') return null;
    const token = target instanceof Element ? target.closest('[data-tag]')?.getAttribute('data-tag') : null;
    const tags = drag.cargo.kind === 'vm' && typeof token === 'string' ? [token] : [];
    const place = { host: registry.host, repository, tags };
    return dropVerdict(drag.cargo, place, { registry, prices: drag.prices }).kind === 'refused' ? null : place;
  }

  return {
    'data-drop': drag?.over?.rowKey === rowKey && drag.by === 'pointer' ? 'over' : undefined,
    onDragOver: (event) => {
      const target = targetOf(event);
      if (target === null) return;
      acceptDrag(event);
      aimAt({ rowKey, target });
    },
    onDragLeave: (event) => {
      const to = event.relatedTarget;
      if (drag?.by === 'pointer' && !(to instanceof Node && event.currentTarget.contains(to))) aimAt(null);
    },
    onDrop: (event) => {
      // What was shown counts, whatever has come below the pointer since.
      const target = drag?.over?.rowKey === rowKey ? drag.over.target : targetOf(event);
      if (target === null || drag === null) return;
      event.preventDefault();
      letGo();
      onDrop(drag.cargo, target, drag.moving);
    },
  };
}

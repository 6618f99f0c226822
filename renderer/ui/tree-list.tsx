import {
  type DragEvent,
  type HTMLAttributes,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useId,
  useImperativeHandle,
  useRef,
} from 'react';
import { type MenuPlace, pointerPlace, rowMenuPlace } from './menu-place.ts';
import { rowsInSight } from './rows-in-sight.ts';
import { TreeListRow } from './tree-list-row.tsx';
import './tree-list.css';
import { useActiveRow } from './use-active-row.ts';
import { useScrollView } from './use-scroll-view.ts';
import { useTreeKeys } from './use-tree-keys.ts';

/** One visible row of a tree: children of a closed row are left out by whoever makes the rows. */
export interface TreeRow {
  readonly key: string;
  /** 1 = outermost. */
  readonly level: number;
  /** Null: nothing to open. */
  readonly open: boolean | null;
  /** What typing looks for. A screen reader says what the cells say. */
  readonly name: string;
  /** Rows that only head a group can be focused and opened, not chosen. */
  readonly selectable: boolean;
}

/** What can be done to a tree from outside. */
export interface TreeHandle {
  /** Takes the focus, on the selected row or the first. */
  focus(): void;
  /** Makes a row the active one and brings it into view; what is selected stays. */
  goTo(key: string): void;
  readonly element: HTMLElement | null;
}

/** What can be picked up from a tree and dropped on its rows. */
export interface TreeDrag<Row extends TreeRow> {
  readonly canPickUp: (row: Row) => boolean;
  /** `pressed`: what the pointer went down on. */
  readonly onStart: (row: Row, event: DragEvent<HTMLElement>, pressed: Element | null) => void;
  /** Null = beside the rows. */
  readonly onOver?: (row: Row | null, event: DragEvent<HTMLElement>) => void;
  readonly onDrop?: (row: Row | null, event: DragEvent<HTMLElement>) => void;
  readonly onLeave?: () => void;
  /** How a row looks while something is carried: a value of `data-drop`. */
  readonly mark?: (row: Row) => string | undefined;
}

/** See {@link TreeList}. */
export interface TreeListProps<Row extends TreeRow> {
  readonly rows: readonly Row[];
  readonly label: string;
  /** Key of the selected row. */
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
  /** Opens or closes rows. */
  readonly onToggle: (keys: readonly string[], open: boolean) => void;
  /** Enter or a double click. */
  readonly onAct?: ((row: Row) => void) | undefined;
  readonly onMenu?: ((row: Row, place: MenuPlace) => void) | undefined;
  /** Sees a key before the tree does; true if it was for somebody else. */
  readonly onKey?: ((event: KeyboardEvent, row: Row | null) => boolean) | undefined;
  readonly drag?: TreeDrag<Row> | undefined;
  readonly rowClass?: (row: Row) => string;
  readonly children: (row: Row) => ReactNode;
  readonly handle?: RefObject<TreeHandle | null>;
}

/** Height of a row in rem. */
const ROW_REM = 1.625;

/**
 * A tree of rows of one height: one tab stop, arrows move, → opens, ← closes or goes up, letters jump, `*` opens the level.
 * Only rows in sight are in the document, so ten thousand cost no more than fifty.
 */
export function TreeList<Row extends TreeRow>(props: TreeListProps<Row>): ReactElement {
  const { rows, label, selected, onSelect, onToggle, onAct, onMenu, onKey, drag, rowClass, children, handle } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useScrollView(scroller);
  const rowHeight = ROW_REM * view.rem;
  const active = useActiveRow({ rows, selected, scroller, rowHeight });
  const dragEvents = useTreeDrag(rows, drag);
  const sight = rowsInSight(rows.length, rowHeight, view);

  useImperativeHandle(handle, () => ({
    focus: () => {
      scroller.current?.focus();
    },
    goTo: active.goTo,
    get element() {
      return scroller.current;
    },
  }));

  function moveTo(at: number): void {
    const row = rows[at];
    if (row === undefined) return;
    active.goTo(row.key);
    if (row.selectable) onSelect(row.key);
  }

  const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
  const press = useTreeKeys({ rows, active: active.at, page, onMove: moveTo, onToggle, onAct, onKey });

  function menu(event: MouseEvent<HTMLElement>): void {
    if (onMenu === undefined) return;
    const hit = rowAt(rows, event.target);
    const row = hit ?? rows[active.at];
    if (row === undefined) return;
    event.preventDefault();
    if (row.selectable && row.key !== selected) onSelect(row.key);
    active.set(row.key);
    const key = hit === undefined;
    onMenu(row, key ? rowMenuPlace(event.currentTarget, (active.at + 1) * rowHeight) : pointerPlace(event));
  }

  return (
    <div
      ref={scroller}
      className="tree-list"
      role="tree"
      aria-label={label}
      aria-activedescendant={active.at < 0 ? undefined : `${id}-${String(active.at)}`}
      tabIndex={0}
      onKeyDown={press}
      onContextMenu={menu}
      {...dragEvents}
    >
      <div style={{ height: sight.before }} aria-hidden="true" />
      {rows.slice(sight.first, sight.last).map((row, offset) => {
        const at = sight.first + offset;
        return (
          <TreeListRow
            key={row.key}
            row={row}
            id={`${id}-${String(at)}`}
            at={at}
            count={rows.length}
            active={at === active.at}
            selected={row.key === selected}
            className={rowClass?.(row) ?? ''}
            mark={drag?.mark?.(row)}
            draggable={drag?.canPickUp(row) === true}
            onActivate={() => active.set(row.key)}
            onChoose={() => moveTo(at)}
            onToggle={onToggle}
            onAct={() => onAct?.(row)}
          >
            {children(row)}
          </TreeListRow>
        );
      })}
      <div style={{ height: sight.after }} aria-hidden="true" />
    </div>
  );
}

/** What a tree hears while its rows are picked up, and while something is carried over them. */
function useTreeDrag<Row extends TreeRow>(
  rows: readonly Row[],
  drag: TreeDrag<Row> | undefined,
): HTMLAttributes<HTMLElement> {
  const pressed = useRef<Element | null>(null);
  return {
    onPointerDown: ({ target }) => {
      pressed.current = target instanceof Element ? target : null;
    },
    onDragStart: (event) => {
      const row = rowAt(rows, event.target);
      if (row !== undefined) drag?.onStart(row, event, pressed.current);
    },
    onDragOver: (event) => {
      drag?.onOver?.(rowAt(rows, event.target) ?? null, event);
    },
    onDragLeave: (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node && event.currentTarget.contains(to))) drag?.onLeave?.();
    },
    onDrop: (event) => {
      drag?.onDrop?.(rowAt(rows, event.target) ?? null, event);
    },
  };
}

function rowAt<Row extends TreeRow>(rows: readonly Row[], target: EventTarget): Row | undefined {
  const key = target instanceof Element ? target.closest('[data-key]')?.getAttribute('data-key') : undefined;
  return rows.find((row) => row.key === key);
}

import {
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { stepInTree, type TreeStep } from './tree-steps.ts';
import './tree-list.css';
import { rowsInSight } from './rows-in-sight.ts';
import { useScrollView } from './use-scroll-view.ts';

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

/** Where a context menu opens. CSS px of the window. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
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

/** Typed letters belong together for this long. ms */
const TYPING_MS = 700;
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
  const [current, setCurrent] = useState<string | null>(selected);
  const typed = useRef({ text: '', atMs: 0 });
  const pressed = useRef<Element | null>(null);
  const activeKey = rows.some(({ key }) => key === current) ? current : (rowOf(rows, selected)?.key ?? rows[0]?.key);
  const active = rows.findIndex(({ key }) => key === activeKey);
  const sight = rowsInSight(rows.length, rowHeight, view);

  useImperativeHandle(handle, () => ({
    focus: () => {
      scroller.current?.focus();
    },
    goTo: (key) => {
      setCurrent(key);
      reveal(rows.findIndex((row) => row.key === key));
    },
    get element() {
      return scroller.current;
    },
  }));

  // The selection moves the active row along when it comes from elsewhere: a job's link, the other pane.
  const [followed, setFollowed] = useState(selected);
  if (selected !== followed) {
    setFollowed(selected);
    if (selected !== null) setCurrent(selected);
  }

  function reveal(at: number): void {
    const element = scroller.current;
    if (element === null || at < 0) return;
    const top = at * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  }

  useEffect(() => {
    const at = rows.findIndex(({ key }) => key === selected);
    if (at >= 0) reveal(at);
    // Only a change of the selection scrolls: rows that come and go leave the view where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  function moveTo(at: number): void {
    const row = rows[at];
    if (row === undefined) return;
    setCurrent(row.key);
    reveal(at);
    if (row.selectable) onSelect(row.key);
  }

  function carryOut(step: TreeStep): void {
    switch (step.do) {
      case 'go':
        moveTo(step.to);
        break;
      case 'open':
        onToggle(step.keys, true);
        break;
      case 'close':
        onToggle(step.keys, false);
        break;
    }
  }

  function press(event: KeyboardEvent): void {
    const row = rows[active];
    if (onKey?.(event, row ?? null) === true) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const now = event.timeStamp;
    const before = now - typed.current.atMs < TYPING_MS ? typed.current.text : '';
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const command = event.metaKey || event.ctrlKey || event.altKey;
    const step = stepInTree(rows, active, { key: event.key, command, typed: before, page });
    if (step !== null) {
      if (step.do === 'go' && step.typed !== undefined) typed.current = { text: step.typed, atMs: now };
      carryOut(step);
    } else if (event.key === 'Enter' && !command && row !== undefined) {
      if (row.selectable) onAct?.(row);
      else if (row.open !== null) onToggle([row.key], !row.open);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function menu(event: MouseEvent): void {
    if (onMenu === undefined) return;
    const hit = rowOf(rows, keyAt(event.target));
    const row = hit ?? rows[active];
    if (row === undefined) return;
    event.preventDefault();
    if (row.selectable && row.key !== selected) onSelect(row.key);
    setCurrent(row.key);
    const bounds = scroller.current?.getBoundingClientRect();
    // The menu key names no place.
    const place =
      hit === undefined && bounds !== undefined
        ? { x: bounds.left + 32, y: bounds.top + (active + 1) * rowHeight - view.top }
        : { x: event.clientX, y: event.clientY };
    onMenu(row, place);
  }

  return (
    <div
      ref={scroller}
      className="tree-list"
      role="tree"
      aria-label={label}
      aria-activedescendant={active < 0 ? undefined : `${id}-${String(active)}`}
      tabIndex={0}
      onKeyDown={press}
      onContextMenu={menu}
      onPointerDown={(event) => {
        pressed.current = event.target instanceof Element ? event.target : null;
      }}
      onDragStart={(event) => {
        const row = rowOf(rows, keyAt(event.target));
        if (row !== undefined) drag?.onStart(row, event, pressed.current);
      }}
      onDragOver={(event) => {
        drag?.onOver?.(rowOf(rows, keyAt(event.target)) ?? null, event);
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) drag?.onLeave?.();
      }}
      onDrop={(event) => {
        drag?.onDrop?.(rowOf(rows, keyAt(event.target)) ?? null, event);
      }}
    >
      <div style={{ height: sight.before }} aria-hidden="true" />
      {rows.slice(sight.first, sight.last).map((row, offset) => {
        const at = sight.first + offset;
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row
          // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
          <div
            key={row.key}
            id={`${id}-${String(at)}`}
            role="treeitem"
            className={`tree-list-row ${rowClass?.(row) ?? ''}`}
            data-key={row.key}
            data-active={at === active || undefined}
            data-level={row.level}
            data-drop={drag?.mark?.(row)}
            draggable={drag?.canPickUp(row) === true ? true : undefined}
            aria-level={row.level}
            aria-posinset={at + 1}
            aria-setsize={rows.length}
            aria-selected={row.selectable ? row.key === selected : undefined}
            aria-expanded={row.open ?? undefined}
            onClick={(event) => {
              if (!row.selectable && row.open !== null) onToggle([row.key], !row.open);
              if (event.target instanceof Element && event.target.closest('[data-chevron]') !== null) {
                if (row.open !== null && row.selectable) onToggle([row.key], !row.open);
                setCurrent(row.key);
                return;
              }
              moveTo(at);
            }}
            onDoubleClick={() => {
              if (row.selectable) onAct?.(row);
            }}
          >
            {children(row)}
          </div>
        );
      })}
      <div style={{ height: sight.after }} aria-hidden="true" />
    </div>
  );
}

function rowOf<Row extends TreeRow>(rows: readonly Row[], key: string | null): Row | undefined {
  return key === null ? undefined : rows.find((row) => row.key === key);
}

function keyAt(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest('[data-key]')?.getAttribute('data-key') ?? null) : null;
}

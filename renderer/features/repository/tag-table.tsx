import {
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import {
  clearTagSelection,
  selectTags,
  selectTagsUpTo,
  toggleTags,
  useSelectedNames,
} from '../../state/tag-selection.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { rowsInSight } from '../../ui/rows-in-sight.ts';
import type { MenuPlace } from '../../ui/tree-list.tsx';
import { useScrollView } from '../../ui/use-scroll-view.ts';
import { tokensThatFit } from '../registries/tree-rows.ts';
import type { DrawnTokens } from '../tags/change-lines.ts';
import { DrawnToken } from '../tags/drawn-token.tsx';
import type { TagCommand } from '../tags/use-tag-actions.tsx';
import { Thread } from '../weave/thread.tsx';
import { useElementSize } from '../weave/use-element-size.ts';
import type { TagRow } from './tag-rows.ts';
import './tag-table.css';
import { threadLayers } from './thread-layers.ts';
import { useDescribedRows } from './use-described-rows.ts';

/** See {@link TagTable}. */
export interface TagTableProps {
  /** `host/repository` */
  readonly place: string;
  readonly rows: readonly TagRow[];
  readonly label: string;
  /** The tags are being read. */
  readonly reading: boolean;
  /** Shows the image of a row. */
  readonly onOpen: (row: TagRow) => void;
  readonly onMenu: (row: TagRow, place: MenuPlace) => void;
  /** How tokens are drawn while changes are pending, by digest. */
  readonly drawn: ReadonlyMap<string, DrawnTokens>;
  /** Delete, F2: for the selected tags. */
  readonly onCommand: (command: TagCommand) => void;
  /** A row is pulled away; `tag` = by one of its tokens. */
  readonly onDrag: (row: TagRow, tag: string | null, event: DragEvent<HTMLElement>) => void;
}

/** Height of a row in rem. */
const ROW_REM = 1.625;
/** Columns beside the tokens, by the width of the table. CSS px. */
const BESIDE_TOKENS = { narrow: 226, usual: 508 } as const;
const NARROW = 600;

/** How a click or key selects. */
type Choice = 'only' | 'toggle' | 'range';

function choiceOf(event: Pick<MouseEvent, 'shiftKey' | 'metaKey' | 'ctrlKey'>): Choice {
  if (event.shiftKey) return 'range';
  return event.metaKey || event.ctrlKey ? 'toggle' : 'only';
}

/**
 * The tags of a repository: one tab stop; arrows move and select, with Shift a range, with Ctrl or ⌘ without selecting; Space
 * adds or takes out, Ctrl+A or ⌘A selects all, Escape nothing, Enter shows the image, Delete and F2 edit the selected tags. A token selects its tag alone, a row all
 * of its tags. Only rows in sight are in the document.
 */
export function TagTable(props: TagTableProps): ReactElement {
  const { place, rows, label, reading, onOpen, onMenu, onDrag, drawn, onCommand } = props;
  const { t } = useTranslation('browse');
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useScrollView(scroller);
  const width = useElementSize(scroller)?.width ?? 660;
  const selected = useSelectedNames(place);
  const [current, setCurrent] = useState<string | null>(null);
  const pressed = useRef<string | null>(null);
  const rowHeight = ROW_REM * view.rem;
  const sight = rowsInSight(rows.length, rowHeight, view);
  const inSight = useMemo(() => rows.slice(sight.first, sight.last), [rows, sight.first, sight.last]);
  useDescribedRows(place, inSight, reading);
  const threads = useMemo(() => rows.some(({ group }) => group.thread !== null), [rows]);
  const order = useMemo(() => rows.flatMap(({ tags }) => tags), [rows]);
  const active = Math.max(
    0,
    rows.findIndex(({ key }) => key === current),
  );
  const room = width - (width < NARROW ? BESIDE_TOKENS.narrow : BESIDE_TOKENS.usual);

  function choose(tags: readonly string[], choice: Choice): void {
    switch (choice) {
      case 'only':
        selectTags(place, tags);
        break;
      case 'toggle':
        toggleTags(place, tags);
        break;
      case 'range':
        selectTagsUpTo(place, tags, order);
        break;
    }
  }

  function reveal(at: number): void {
    const element = scroller.current;
    if (element === null) return;
    const top = at * rowHeight;
    // The head stays in sight above the rows.
    const height = element.clientHeight - rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + height) element.scrollTop = top + rowHeight - height;
  }

  function moveTo(to: number, choice: Choice | null): void {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[at];
    if (row === undefined) return;
    setCurrent(row.key);
    reveal(at);
    if (choice !== null) choose(row.tags, choice);
  }

  function stepOf(key: string): number | null {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    switch (key) {
      case 'ArrowDown':
        return active + (current === null ? 0 : 1);
      case 'ArrowUp':
        return active - 1;
      case 'PageDown':
        return active + page;
      case 'PageUp':
        return active - page;
      case 'Home':
        return 0;
      case 'End':
        return rows.length - 1;
      default:
        return null;
    }
  }

  function press(event: KeyboardEvent): void {
    const row = rows[active];
    const command = event.metaKey || event.ctrlKey;
    const to = event.altKey ? null : stepOf(event.key);
    if (to !== null) moveTo(to, command ? null : event.shiftKey ? 'range' : 'only');
    else if (event.key === ' ' && row !== undefined) choose(row.tags, 'toggle');
    else if (event.key === 'Enter' && !command && row !== undefined) onOpen(row);
    else if ((event.key === 'Delete' || event.key === 'Backspace') && selected.size > 0) onCommand('remove');
    else if (event.key === 'F2' && selected.size === 1) onCommand('rename');
    else if (event.key === 'Escape' && selected.size > 0) clearTagSelection();
    else if (command && event.key.toLowerCase() === 'a') selectTags(place, order);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function menu(event: MouseEvent): void {
    const key = event.target instanceof Element ? event.target.closest('[data-row]')?.getAttribute('data-row') : null;
    const hit = rows.find((row) => row.key === key);
    const row = hit ?? rows[active];
    if (row === undefined) return;
    event.preventDefault();
    if (!row.tags.some((tag) => selected.has(tag))) selectTags(place, row.tags);
    setCurrent(row.key);
    const bounds = scroller.current?.getBoundingClientRect();
    // The menu key names no place.
    const menuPlace =
      hit === undefined && bounds !== undefined
        ? { x: bounds.left + 32, y: bounds.top + (active + 2) * rowHeight - view.top }
        : { x: event.clientX, y: event.clientY };
    onMenu(row, menuPlace);
  }

  return (
    <div ref={scroller} className="tag-table">
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are selected, so it is a grid
        role="grid"
        className="table"
        aria-label={label}
        aria-multiselectable="true"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={rows.length === 0 ? undefined : `${id}-${String(active)}`}
        tabIndex={0}
        onKeyDown={press}
        onContextMenu={menu}
      >
        <thead>
          <tr>
            <th>{t('tags')}</th>
            <th className="tag-table-digest">{t('digest')}</th>
            <th className="tag-table-thread optional">{threads ? t('thread') : ''}</th>
            <th className="end tag-table-bytes">{t('packed')}</th>
            <th className="end tag-table-bytes optional">{t('onlyHere')}</th>
            <th className="end tag-table-moment optional">{t('pushed')}</th>
          </tr>
        </thead>
        <tbody>
          {sight.before > 0 && <tr className="rows-away" style={{ height: sight.before }} />}
          {inSight.map((row, offset) => {
            const at = sight.first + offset;
            return (
              <tr
                key={row.key}
                id={`${id}-${String(at)}`}
                data-row={row.key}
                data-active={at === active || undefined}
                aria-rowindex={at + 2}
                aria-selected={row.tags.every((tag) => selected.has(tag))}
                draggable
                onPointerDown={({ target }) => {
                  const token = target instanceof Element ? target.closest('[data-tag]') : null;
                  pressed.current = token?.getAttribute('data-tag') ?? null;
                }}
                onDragStart={(event) => onDrag(row, pressed.current, event)}
                onClick={(event) => {
                  setCurrent(row.key);
                  choose(row.tags, choiceOf(event));
                }}
                onDoubleClick={() => onOpen(row)}
              >
                <RowCells
                  row={row}
                  room={room}
                  selected={selected}
                  drawn={drawn.get(row.group.digest)}
                  onToken={(tag, event) => {
                    event.stopPropagation();
                    setCurrent(row.key);
                    choose([tag], choiceOf(event));
                  }}
                />
              </tr>
            );
          })}
          {sight.after > 0 && <tr className="rows-away" style={{ height: sight.after }} />}
        </tbody>
      </table>
    </div>
  );
}

function RowCells(props: {
  readonly row: TagRow;
  readonly room: number;
  readonly selected: ReadonlySet<string>;
  readonly drawn: DrawnTokens | undefined;
  readonly onToken: (tag: string, event: MouseEvent) => void;
}): ReactElement {
  const { row, room, selected, drawn, onToken } = props;
  const { t, i18n } = useTranslation('browse');
  const { digest, size, onlyHere, uploadTime, kind, thread } = row.group;
  const arriving = drawn?.arriving ?? [];
  const arrivalRoom = arriving.length === 0 ? 0 : Math.min(room / 2, arriving.length * 110);
  const most = tokensThatFit(row.tags, room - arrivalRoom);
  const rest = row.tags.slice(most);
  return (
    <>
      <td>
        <span className="tag-tokens">
          {row.tags.slice(0, most).map((tag) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
            // biome-ignore lint/a11y/noStaticElementInteractions: a quicker way to what the rows of A to Z do
            <span
              key={tag}
              className="tag-token"
              data-tag={tag}
              data-selected={selected.has(tag) || undefined}
              data-state={drawn?.leaving.has(tag) === true ? 'goes' : undefined}
              onClick={(event) => onToken(tag, event)}
            >
              {tag}
            </span>
          ))}
          {rest.length > 0 && (
            <span className="tag-token tag-token-more" data-tip={rest.slice(0, 20).join('\n')}>
              +{rest.length}
            </span>
          )}
          {arriving.map((one) => (
            <DrawnToken key={one.tag} tag={one.tag} state={one.state} />
          ))}
          {kind !== null && kind !== 'tart' && <span className="tag-table-kind">{t(`kind.${kind}`)}</span>}
        </span>
      </td>
      <td>
        <Copyable text={digest} shown={shortDigest(digest)} label={t('copyDigest')} inGrid />
      </td>
      <td className="optional">{thread !== null && <Thread layers={threadLayers(row.group, thread)} />}</td>
      <td className="end">{size === null ? '' : formatBytes(size)}</td>
      <td className="end optional quiet-cell">{onlyHere === null ? '' : formatBytes(onlyHere)}</td>
      <td className="end optional quiet-cell">
        {uploadTime === null ? '' : momentWords(Date.parse(uploadTime), i18n.language)}
      </td>
    </>
  );
}

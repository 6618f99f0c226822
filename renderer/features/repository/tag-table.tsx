import { type DragEvent, type ReactElement, useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { MenuPlace } from '../../ui/menu-place.ts';
import { rowsInSight } from '../../ui/rows-in-sight.ts';
import { useElementSize } from '../../ui/use-element-size.ts';
import { useScrollView } from '../../ui/use-scroll-view.ts';
import type { DrawnTokens } from '../tags/change-lines.ts';
import type { TagCommand } from '../tags/use-tag-actions.tsx';
import type { TagRow } from './tag-rows.ts';
import { TagTableRow } from './tag-table-row.tsx';
import './tag-table.css';
import { useDescribedRows } from './use-described-rows.ts';
import { useTagKeys } from './use-tag-keys.ts';

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

/**
 * The tags of a repository: one tab stop; arrows move and select, with Shift a range, with Ctrl or ⌘ without selecting; Space
 * adds or takes out, Ctrl+A or ⌘A selects all, Escape nothing, Enter shows the image, Delete and F2 edit the selected tags. A token selects its tag alone, a row all
 * of its tags. Only rows in sight are in the document.
 */
export function TagTable(props: TagTableProps): ReactElement {
  const { place, rows, label, reading, onOpen, onDrag, drawn } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useScrollView(scroller);
  // As it were at 100 % text.
  const width = ((useElementSize(scroller)?.width ?? 660) * 16) / view.rem;
  const rowHeight = ROW_REM * view.rem;
  const keys = useTagKeys(props, scroller, { row: rowHeight, view: view.height });
  const { active, selected } = keys;
  const sight = rowsInSight(rows.length, rowHeight, view);
  const inSight = useMemo(() => rows.slice(sight.first, sight.last), [rows, sight.first, sight.last]);
  useDescribedRows(place, inSight, reading);
  const threads = useMemo(() => rows.some(({ group }) => group.thread !== null), [rows]);
  const room = width - (width < NARROW ? BESIDE_TOKENS.narrow : BESIDE_TOKENS.usual);

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
        onKeyDown={keys.press}
        onContextMenu={keys.menu}
      >
        <TagTableHead threads={threads} />
        <tbody>
          {sight.before > 0 && <tr className="rows-away" style={{ height: sight.before }} />}
          {inSight.map((row, offset) => {
            const at = sight.first + offset;
            return (
              <TagTableRow
                key={row.key}
                id={`${id}-${String(at)}`}
                row={row}
                at={at}
                active={at === active}
                room={room}
                selected={selected}
                drawn={drawn.get(row.group.digest)}
                onChoose={(tags, event) => keys.choose(row, tags, event)}
                onOpen={() => onOpen(row)}
                onDrag={(tag, event) => onDrag(row, tag, event)}
              />
            );
          })}
          {sight.after > 0 && <tr className="rows-away" style={{ height: sight.after }} />}
        </tbody>
      </table>
    </div>
  );
}

/** `threads`: some row has one to show. */
function TagTableHead({ threads }: { readonly threads: boolean }): ReactElement {
  const { t } = useTranslation('browse');
  return (
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
  );
}

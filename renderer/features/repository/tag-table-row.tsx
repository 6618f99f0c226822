import { type DragEvent, type MouseEvent, type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { momentWords } from '../../ui/moment.ts';
import { tokensThatFit } from '../registries/tree-rows.ts';
import type { DrawnTokens } from '../tags/change-lines.ts';
import { DrawnToken } from '../tags/drawn-token.tsx';
import { Thread } from '../weave/thread.tsx';
import type { TagRow } from './tag-rows.ts';
import { threadLayers } from './thread-layers.ts';
import './tag-table.css';

interface TagCellParts {
  readonly row: TagRow;
  /** For the tokens. CSS px */
  readonly room: number;
  /** Names of the selected tags. */
  readonly selected: ReadonlySet<string>;
  /** How the tokens are drawn while changes are pending. */
  readonly drawn: DrawnTokens | undefined;
}

/** See {@link TagTableRow}. */
export interface TagTableRowProps extends TagCellParts {
  readonly id: string;
  /** Its place among all rows, from 0. */
  readonly at: number;
  readonly active: boolean;
  /** Tags were clicked: all of the row, or one by its token. */
  readonly onChoose: (tags: readonly string[], event: MouseEvent) => void;
  readonly onOpen: () => void;
  /** The row is pulled away; `tag` = by one of its tokens. */
  readonly onDrag: (tag: string | null, event: DragEvent<HTMLElement>) => void;
}

/** The tags at one digest as a row: tokens, digest, thread, sizes, time. */
export function TagTableRow(props: TagTableRowProps): ReactElement {
  const { row, at, selected, onChoose, onOpen, onDrag } = props;
  const pressed = useRef<string | null>(null);
  return (
    <tr
      id={props.id}
      data-row={row.key}
      data-active={props.active || undefined}
      aria-rowindex={at + 2}
      aria-selected={row.tags.every((tag) => selected.has(tag))}
      draggable
      onPointerDown={({ target }) => {
        const token = target instanceof Element ? target.closest('[data-tag]') : null;
        pressed.current = token?.getAttribute('data-tag') ?? null;
      }}
      onDragStart={(event) => onDrag(pressed.current, event)}
      onClick={(event) => onChoose(row.tags, event)}
      onDoubleClick={onOpen}
    >
      <TokenCell
        {...props}
        onToken={(tag, event) => {
          event.stopPropagation();
          onChoose([tag], event);
        }}
      />
      <FactCells row={row} />
    </tr>
  );
}

function TokenCell(props: TagCellParts & { readonly onToken: (tag: string, event: MouseEvent) => void }): ReactElement {
  const { row, room, selected, drawn, onToken } = props;
  const { t } = useTranslation(['browse', 'tags']);
  const { kind } = row.group;
  const arriving = drawn?.arriving ?? [];
  const arrivalRoom = arriving.length === 0 ? 0 : Math.min(room / 2, arriving.length * 110);
  const most = tokensThatFit(row.tags, room - arrivalRoom);
  const rest = row.tags.slice(most);
  return (
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
            {drawn?.leaving.has(tag) === true && <span className="for-readers"> {t('tags:legendGoes')}</span>}
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
  );
}

function FactCells({ row }: { readonly row: TagRow }): ReactElement {
  const { t, i18n } = useTranslation('browse');
  const { digest, size, onlyHere, uploadTime, thread } = row.group;
  return (
    <>
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

import { ChevronDown, ChevronUp } from 'lucide-react';
import type { ReactElement, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { TreeHandle } from '../../ui/tree-list.tsx';
import { useElementSize } from '../../ui/use-element-size.ts';
import type { LocalColumn, LocalOrder } from './local-rows.ts';

/** The heads of the columns of the Local pane: a press sorts by one, a second turns the order round. */
export function ColumnHeads(props: {
  readonly order: LocalOrder;
  /** The rows below: their scrollbar takes room from the columns. */
  readonly tree: RefObject<TreeHandle | null>;
  readonly onSort: (by: LocalColumn) => void;
}): ReactElement {
  const { order, tree, onSort } = props;
  const scrollbar = useElementSize(tree)?.scrollbar ?? 0;
  const { t } = useTranslation('panes');
  const Arrow = order.descending ? ChevronDown : ChevronUp;
  const head = (by: LocalColumn): ReactElement => (
    <button
      type="button"
      className={`local-${by}`}
      aria-label={t('sortBy', { column: t(`column.${by}`) })}
      aria-pressed={order.by === by}
      onClick={() => {
        onSort(by);
      }}
    >
      {t(`column.${by}`)}
      {order.by === by && <Arrow size={11} strokeWidth={1.75} aria-hidden="true" />}
    </button>
  );
  return (
    <div className="local-row local-heads" style={{ paddingRight: 12 + scrollbar }}>
      <span />
      {head('name')}
      <span className="local-thread">{t('column.thread')}</span>
      {head('disk')}
      {head('used')}
      {head('shared')}
    </div>
  );
}

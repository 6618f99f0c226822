import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Segments } from '../../ui/segments.tsx';

const VIEWS = ['picture', 'table'] as const;

/** A picture, or its twin in words. */
export type ChartView = (typeof VIEWS)[number];

/** `Map | Table`: turns a picture into its table and back. */
export function ViewSwitch(props: {
  readonly view: ChartView;
  /** What the picture is called: `Map`, `Matrix`, `Chart`. */
  readonly picture: string;
  /** Of which picture, for screen readers. */
  readonly label: string;
  readonly onView: (view: ChartView) => void;
}): ReactElement {
  const { view, picture, label, onView } = props;
  const { t } = useTranslation('savings');
  return (
    <Segments
      label={label}
      choices={VIEWS}
      value={view}
      words={(one) => (one === 'table' ? t('table') : picture)}
      onChange={onView}
    />
  );
}

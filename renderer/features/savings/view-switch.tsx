import type { ReactElement } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';

/** A picture, or its twin in words. */
export type ChartView = 'picture' | 'table';

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
    <ToggleButtonGroup
      className="segments"
      aria-label={label}
      disallowEmptySelection
      selectedKeys={[view]}
      onSelectionChange={(keys) => onView(keys.has('table') ? 'table' : 'picture')}
    >
      <ToggleButton id="picture" className="segment">
        {picture}
      </ToggleButton>
      <ToggleButton id="table" className="segment">
        {t('table')}
      </ToggleButton>
    </ToggleButtonGroup>
  );
}

import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckBox } from '../../ui/check-box.tsx';
import { numberOf, type PickedBy } from './pick-pattern.ts';

/** Name, number and age that tags are picked by, and whether such as share their digest stay. */
export function PickFields(props: {
  readonly fields: PickedBy;
  readonly onChange: (part: Partial<PickedBy>) => void;
}): ReactElement {
  const { fields, onChange } = props;
  const { t } = useTranslation('tags');
  const id = useId();
  return (
    <>
      <div className="form-row">
        <label htmlFor={`${id}-name`}>{t('pickName')}</label>
        <input
          id={`${id}-name`}
          // The dialog was opened to be filled in here.
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
          autoFocus
          className="input"
          value={fields.name}
          placeholder={fields.expression ? '^nightly-\\d+$' : 'nightly-*'}
          spellCheck={false}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </div>
      <div className="form-inset">
        <CheckBox selected={fields.expression} onChange={(expression) => onChange({ expression })}>
          {t('pickExpression')}
        </CheckBox>
      </div>
      <NumberField
        id={`${id}-keep`}
        label={t('pickKeep')}
        unit={t('pickKeepUnit')}
        value={fields.keep}
        onChange={(keep) => onChange({ keep })}
      />
      <NumberField
        id={`${id}-days`}
        label={t('pickOlder')}
        unit={t('pickOlderUnit')}
        value={fields.days}
        onChange={(days) => onChange({ days })}
      />
      <div className="form-inset">
        <CheckBox selected={fields.keepShared} onChange={(keepShared) => onChange({ keepShared })}>
          {t('pickKeepShared')}
        </CheckBox>
      </div>
    </>
  );
}

function NumberField(props: {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const { id, label, unit, value, onChange } = props;
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      <span className="pick-number">
        <input
          id={id}
          className="input"
          inputMode="numeric"
          value={value}
          aria-invalid={value.trim() !== '' && numberOf(value) === null}
          aria-describedby={`${id}-unit`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span id={`${id}-unit`}>{unit}</span>
      </span>
    </div>
  );
}

import type { ReactElement } from 'react';
import { SwitchButton, SwitchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { servingWord, type ThisComputer } from './use-this-computer.ts';

/** See {@link ServeSwitch}. */
export interface ServeSwitchProps {
  readonly own: ThisComputer;
  /** What stands beside it; without it only screen readers hear its name. */
  readonly label?: string;
}

/** The switch of the registry of this computer. While it starts it says so and takes no second press. */
export function ServeSwitch({ own, label }: ServeSwitchProps): ReactElement {
  const { t } = useTranslation('store');
  const word = servingWord(own.serving);
  return (
    <SwitchField
      aria-label={t('switch')}
      isSelected={word === 'on' || word === 'starting'}
      onChange={(on) => {
        // A field that is disabled would lose the focus.
        if (word !== 'starting') own.switchTo(on);
      }}
    >
      <SwitchButton
        className="switch serve-switch"
        data-tip={label !== undefined ? undefined : `${t('switch')}\n${t(`state.${word}`)}`}
      >
        <span className="switch-track" aria-hidden="true" />
        {label}
      </SwitchButton>
    </SwitchField>
  );
}

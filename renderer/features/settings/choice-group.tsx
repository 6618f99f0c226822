import type { ReactElement } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

/** One of a few choices, all in sight. */
export function ChoiceGroup<Choice extends string>(props: {
  readonly label: string;
  readonly choices: readonly Choice[];
  /** Null = none yet. */
  readonly value: Choice | null;
  readonly words: (choice: Choice) => string;
  readonly onChange: (choice: Choice) => void;
}): ReactElement {
  const { label, choices, value, words, onChange } = props;
  return (
    <ToggleButtonGroup
      className="segments"
      aria-label={label}
      disallowEmptySelection={value !== null}
      selectedKeys={value === null ? [] : [value]}
      onSelectionChange={(keys) => {
        const next = choices.find((choice) => keys.has(choice));
        if (next !== undefined) onChange(next);
      }}
    >
      {choices.map((choice) => (
        <ToggleButton key={choice} id={choice} className="segment">
          {words(choice)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

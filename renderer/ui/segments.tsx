import type { ReactElement } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

/** One of a few choices, all in sight. */
export function Segments<Choice extends string>(props: {
  readonly label: string;
  readonly choices: readonly Choice[];
  /** Null = none yet. */
  readonly value: Choice | null;
  readonly words: (choice: Choice) => string;
  /** How many there are of each, behind its words. */
  readonly count?: (choice: Choice) => number;
  readonly onChange: (choice: Choice) => void;
}): ReactElement {
  const { label, choices, value, words, count, onChange } = props;
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
          {words(choice)} {count !== undefined && <span className="segment-count">{count(choice)}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

import { Minus, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Group, Input, NumberField } from 'react-aria-components';

/** A whole number with its bounds; `formatOptions` writes it with a unit. */
export interface StepperFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step?: number;
  readonly formatOptions?: Intl.NumberFormatOptions;
  readonly onChange: (value: number) => void;
}

/** A number that is typed or stepped. A field that was emptied changes nothing. */
export function StepperField({ label, least, most, onChange, ...others }: StepperFieldProps): ReactElement {
  return (
    <NumberField
      aria-label={label}
      minValue={least}
      maxValue={most}
      {...others}
      onChange={(value) => {
        if (!Number.isNaN(value)) onChange(value);
      }}
    >
      <Group className="stepper">
        <Button slot="decrement" className="icon-button">
          <Minus size={13} strokeWidth={1.75} aria-hidden="true" />
        </Button>
        <Input className="field stepper-field" />
        <Button slot="increment" className="icon-button">
          <Plus size={13} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      </Group>
    </NumberField>
  );
}

import { Check, ChevronRight } from 'lucide-react';
import { type ReactElement, type ReactNode, useState } from 'react';
import {
  Button,
  CheckboxButton,
  CheckboxField,
  Disclosure,
  DisclosurePanel,
  Heading,
  Input,
  Label,
  NumberField,
  TextField,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import './push-options.css';

/** What a person may set for one push beside its references. */
export interface PushChoices {
  readonly labels: Readonly<Record<string, string>>;
  readonly verify: boolean;
  readonly insecure: boolean;
  /** Layers in flight; null = the setting. */
  readonly concurrency: number | null;
  /** Bytes of an upload piece; null = as the registry likes it. */
  readonly pieceSize: number | null;
}

/** What a push does unless the person chooses otherwise. */
export const DEFAULT_CHOICES: PushChoices = {
  labels: {},
  verify: false,
  insecure: false,
  concurrency: null,
  pieceSize: null,
};

const MB = 1_000_000;

/** `key=value, key=value` to labels; null where a part has no `=` or no key. */
export function parseLabels(text: string): Readonly<Record<string, string>> | null {
  const labels: Record<string, string> = {};
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(0, at)).trim();
    if (key === '') return null;
    labels[key] = part.slice(at + 1).trim();
  }
  return labels;
}

/** The options of a push, folded away. */
export function PushOptions(props: { choices: PushChoices; onChange: (choices: PushChoices) => void }): ReactElement {
  const { choices, onChange } = props;
  const { t } = useTranslation('push');
  const [labels, setLabels] = useState('');
  const invalid = parseLabels(labels) === null;
  return (
    <Disclosure className="push-options">
      <Heading level={3} className="push-options-heading">
        <Button slot="trigger" className="push-options-trigger">
          <ChevronRight size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('options')}
        </Button>
      </Heading>
      <DisclosurePanel className="push-options-panel">
        <TextField
          className="push-options-labels"
          value={labels}
          isInvalid={invalid}
          onChange={(text) => {
            setLabels(text);
            const parsed = parseLabels(text);
            if (parsed !== null) onChange({ ...choices, labels: parsed });
          }}
        >
          <Label>{t('labels')}</Label>
          <Input className="field" placeholder="org.example.build=42" spellCheck="false" />
          {invalid && <span className="target-problem">{t('labelsInvalid')}</span>}
        </TextField>
        <OptionNumber
          label={t('concurrency')}
          placeholder={t('concurrencySetting')}
          most={16}
          value={choices.concurrency}
          onChange={(concurrency) => {
            onChange({ ...choices, concurrency });
          }}
        />
        <OptionNumber
          label={t('pieceSize')}
          placeholder={t('pieceSizeProfile')}
          most={1000}
          value={choices.pieceSize === null ? null : choices.pieceSize / MB}
          onChange={(megabytes) => {
            onChange({ ...choices, pieceSize: megabytes === null ? null : megabytes * MB });
          }}
        />
        <OptionBox
          selected={choices.verify}
          onChange={(verify) => {
            onChange({ ...choices, verify });
          }}
        >
          {t('verify')}
        </OptionBox>
        <OptionBox
          selected={choices.insecure}
          onChange={(insecure) => {
            onChange({ ...choices, insecure });
          }}
        >
          {t('insecure')}
        </OptionBox>
      </DisclosurePanel>
    </Disclosure>
  );
}

interface OptionNumberProps {
  readonly label: string;
  /** What holds while nothing is typed. */
  readonly placeholder: string;
  readonly most: number;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** A whole number from 1, or nothing. */
function OptionNumber({ label, placeholder, most, value, onChange }: OptionNumberProps): ReactElement {
  return (
    <NumberField
      className="option-number"
      value={value ?? Number.NaN}
      minValue={1}
      maxValue={most}
      step={1}
      onChange={(next) => {
        onChange(Number.isNaN(next) ? null : next);
      }}
    >
      <Label>{label}</Label>
      <Input className="field" placeholder={placeholder} />
    </NumberField>
  );
}

/** What a checkbox of the sheet needs. */
interface OptionBoxProps {
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly children: ReactNode;
}

/** A checkbox of the push sheet. */
export function OptionBox({ selected, onChange, children }: OptionBoxProps): ReactElement {
  return (
    <CheckboxField isSelected={selected} onChange={onChange}>
      <CheckboxButton className="option-box">
        <span className="option-box-mark" aria-hidden="true">
          {selected && <Check size={11} strokeWidth={3} />}
        </span>
        {children}
      </CheckboxButton>
    </CheckboxField>
  );
}

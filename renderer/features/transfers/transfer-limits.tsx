import { Settings as SettingsIcon } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import {
  Button,
  Dialog,
  DialogTrigger,
  Group,
  Heading,
  Input,
  Label,
  NumberField,
  Popover,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatRate } from '../../../shared/format/bytes.ts';
import type { Settings } from '../../../shared/models/settings.ts';
import { useClient } from '../../state/client.ts';
import './transfer-limits.css';

const MB = 1_000_000;

/** How many layers at once and how fast, in words, with the popover that changes it. */
export function TransferLimits(): ReactElement | null {
  const { t } = useTranslation('transfers');
  const client = useClient();
  const [settings, setSettings] = useState<Settings | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const controller = new AbortController();
    client.call('settings.get', null, { signal: controller.signal }).then(setSettings, () => {
      setFailed(true);
    });
    const stop = client.on('settings.changed', setSettings);
    return () => {
      stop();
      controller.abort();
    };
  }, [client]);
  if (settings === null) return null;

  function change(part: Partial<Pick<Settings, 'concurrency' | 'bandwidthLimit'>>): void {
    if (settings === null) return;
    setFailed(false);
    client.call('settings.set', { ...settings, ...part }).then(setSettings, () => {
      setFailed(true);
    });
  }

  const { concurrency, bandwidthLimit } = settings;
  return (
    <>
      <span className="transfer-limits-words">
        {bandwidthLimit === null
          ? t('limits.unlimited', { count: concurrency })
          : t('limits.limited', { count: concurrency, rate: formatRate(bandwidthLimit) })}
      </span>
      <DialogTrigger>
        <Button className="quiet-button">
          <SettingsIcon size={14} strokeWidth={1.75} aria-hidden="true" />
          {t('limits.title')}
        </Button>
        <Popover className="popover" placement="bottom end">
          <Dialog className="transfer-limits">
            <Heading slot="title" level={3}>
              {t('limits.title')}
            </Heading>
            <LimitField
              label={t('limits.concurrency')}
              value={concurrency}
              most={16}
              onChange={(value) => {
                change({ concurrency: value ?? concurrency });
              }}
            />
            <LimitField
              label={t('limits.bandwidth')}
              value={bandwidthLimit === null ? null : bandwidthLimit / MB}
              most={10_000}
              placeholder={t('limits.none')}
              onChange={(value) => {
                change({ bandwidthLimit: value === null ? null : Math.round(value * MB) });
              }}
            />
            {failed && <p className="target-problem">{t('limits.failed')}</p>}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </>
  );
}

interface LimitFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly most: number;
  readonly placeholder?: string;
  readonly onChange: (value: number | null) => void;
}

function LimitField({ label, value, most, placeholder, onChange }: LimitFieldProps): ReactElement {
  return (
    <NumberField
      className="limit-field"
      value={value ?? Number.NaN}
      minValue={1}
      maxValue={most}
      onChange={(next) => {
        onChange(Number.isNaN(next) ? null : next);
      }}
    >
      <Label>{label}</Label>
      <Group className="limit-field-group">
        <Button slot="decrement">−</Button>
        <Input className="field" placeholder={placeholder ?? ''} />
        <Button slot="increment">+</Button>
      </Group>
    </NumberField>
  );
}

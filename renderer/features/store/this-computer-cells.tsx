import { CircleAlert, Copy } from 'lucide-react';
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { useCopy } from '../../state/use-copy.ts';
import { HealthDot } from '../../ui/health-dot.tsx';
import { useErrorWords } from '../push/use-error-words.ts';
import { ServeSwitch } from './serve-switch.tsx';
import './store.css';
import { servingWord, type ThisComputer } from './use-this-computer.ts';

/** Keys of a control are its own; all others go on to the tree. */
function keepKeys(event: KeyboardEvent): void {
  if (event.key === ' ' || event.key === 'Enter') event.stopPropagation();
}

/** Two quick presses of a control open nothing. */
function keepDoubleClick(event: MouseEvent): void {
  event.stopPropagation();
}

/** The row of the registry of this computer behind its chevron: name, address, size, switch. */
export function ThisComputerCells({ own }: { readonly own: ThisComputer }): ReactElement {
  const { t } = useTranslation('store');
  const { serving, store } = own;
  const word = servingWord(serving);
  return (
    <>
      <HealthDot
        health={serving.on ? 'reachable' : word === 'failed' ? 'refused' : 'offline'}
        word={t(`state.${word}`)}
      />
      <span className="name registry-name" data-tip={`${t('name')}\n${t(`state.${word}`)}`}>
        {t('name')}
      </span>
      {serving.on && <Address address={serving.address} />}
      {word === 'starting' && <span className="quiet">{t('state.starting')}</span>}
      {word === 'failed' && <FailedBadge own={own} />}
      <span className="fill" />
      {store !== null && (
        <span
          className="figure"
          data-tip={t('sizeTip', {
            images: t('images', { count: store.images.length }),
            size: formatBytes(store.usedBytes),
            folder: store.folder,
          })}
        >
          <span className="own-images">{t('images', { count: store.images.length })}, </span>
          {formatBytes(store.usedBytes)}
        </span>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps keys of the switch from the tree */}
      <span className="own-switch" onKeyDown={keepKeys} onDoubleClick={keepDoubleClick}>
        <ServeSwitch own={own} />
      </span>
    </>
  );
}

function Address({ address }: { readonly address: string }): ReactElement {
  const { t } = useTranslation('store');
  const copy = useCopy();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps keys of the button from the tree
    <span className="own-address" onKeyDown={keepKeys} onDoubleClick={keepDoubleClick}>
      <code data-tip={address}>{address}</code>
      <Button
        className="icon-button copyable-button"
        aria-label={t('copyAddress')}
        data-tip={`${t('copyAddress')}\n${address}`}
        onPress={() => copy(address)}
      >
        <Copy size={12} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </span>
  );
}

function FailedBadge({ own }: { readonly own: ThisComputer }): ReactElement | null {
  const { t } = useTranslation('store');
  const words = useErrorWords();
  const { serving } = own;
  if (serving.on || serving.error === null) return null;
  const { whole } = words(serving.error);
  return (
    <span className="badge" data-kind="fail" data-tip={whole}>
      <CircleAlert size={11} strokeWidth={1.75} aria-hidden="true" />
      {t('notOn')}
    </span>
  );
}

import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { CopyPrice } from '../../../shared/models/copy-price.ts';
import type { DropVerdict } from './drop-verdict.ts';

/** `free` = no byte goes through this computer for sure; `cost` = some may; `dim` = it cannot be dropped there. */
export type PriceTone = 'free' | 'cost' | 'dim';

/** The tone of what a target says. */
export function priceTone(verdict: DropVerdict): PriceTone {
  if (verdict.kind === 'refused') return 'dim';
  return verdict.kind === 'priced' && (verdict.price.kind === 'present' || verdict.price.kind === 'mount')
    ? 'free'
    : 'cost';
}

/** The price at the right of a row; empty where there is nothing to say. */
export function priceWords(t: TFunction<'drag'>, verdict: DropVerdict): string {
  switch (verdict.kind) {
    case 'refused':
      return t(`refused.${verdict.why}`);
    case 'push':
      return t('price.push');
    case 'counting':
      return t('price.counting');
    case 'priced':
      return copyPriceWords(t, verdict.price);
  }
}

function copyPriceWords(t: TFunction<'drag'>, price: CopyPrice): string {
  const bytes = formatBytes(price.bytes);
  const least = formatBytes(price.leastBytes);
  switch (price.kind) {
    case 'present':
      return t('price.present');
    case 'mount':
      return t('price.mount');
    case 'mountOrStream':
      return t('price.mountOrStream', { bytes, least });
    case 'stream':
      return t('price.stream', { bytes });
    case 'unknown':
    case 'impossible':
      return t('price.unknown');
  }
}

/** The price in a sentence, for the chip, the dialog and screen readers. */
export function priceSentence(t: TFunction<'drag'>, verdict: DropVerdict): string {
  switch (verdict.kind) {
    case 'refused':
      return t(`refusedMore.${verdict.why}`);
    case 'push':
      return t('sentence.push');
    case 'counting':
      return t('sentence.counting');
    case 'priced': {
      const { price } = verdict;
      const words = sentenceOf(t, price);
      return price.presentBytes > 0 && price.kind !== 'present'
        ? t('sentence.andPresent', { words, bytes: formatBytes(price.presentBytes) })
        : words;
    }
  }
}

function sentenceOf(t: TFunction<'drag'>, price: CopyPrice): string {
  const bytes = formatBytes(price.bytes);
  const least = formatBytes(price.leastBytes);
  switch (price.kind) {
    case 'present':
      return t('sentence.present');
    case 'mount':
      return t('sentence.mount');
    case 'mountOrStream':
      return t('sentence.mountOrStream', { bytes, least });
    case 'stream':
      return t('sentence.stream', { bytes });
    case 'unknown':
    case 'impossible':
      return t('sentence.unknown');
  }
}

import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DropVerdict } from './drop-verdict.ts';
import { priceSentence, priceTone, priceWords } from './price-words.ts';

/** What a row says of what is carried, at its right. */
export function DropPrice({ verdict }: { readonly verdict: DropVerdict }): ReactElement {
  const { t } = useTranslation('drag');
  return (
    <>
      <span className="fill" />
      <span className="drop-price" data-tone={priceTone(verdict)} data-tip={priceSentence(t, verdict)}>
        {priceWords(t, verdict)}
      </span>
    </>
  );
}

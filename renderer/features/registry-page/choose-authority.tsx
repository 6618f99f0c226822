import type { ReactElement } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';

/** A button that asks for a PEM file and answers its text. */
export function ChooseAuthority({ onTake }: { readonly onTake: (text: string, name: string) => void }): ReactElement {
  const { t } = useTranslation('registry');
  return (
    <FileTrigger
      acceptedFileTypes={['.pem', '.crt', '.cer', 'application/x-pem-file', 'application/x-x509-ca-cert']}
      onSelect={(files) => {
        const file = files?.[0];
        // What cannot be read is no certificate, and the engine says so.
        if (file !== undefined)
          void file.text().then(
            (text) => onTake(text, file.name),
            () => onTake('', file.name),
          );
      }}
    >
      <Button className="button">{t('chooseFile')}</Button>
    </FileTrigger>
  );
}

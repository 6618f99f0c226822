import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { DialogFrame } from '../../ui/dialog-frame.tsx';

/** Asks for the certificates of a registry's own authority as text. */
export function PasteAuthority(props: {
  readonly host: string;
  readonly onTake: (text: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { host, onTake, onClose } = props;
  const { t } = useTranslation('registry');
  const id = useId();
  const [text, setText] = useState('');
  return (
    <DialogFrame title={t('pasteTitle', { host })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onTake(text);
          onClose();
        }}
      >
        <label htmlFor={id} className="dialog-text">
          {t('pasteHint')}
        </label>
        <textarea
          id={id}
          // The dialog was opened to be filled in here.
          // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
          autoFocus
          className="input authority-text"
          value={text}
          rows={10}
          spellCheck={false}
          placeholder="-----BEGIN CERTIFICATE-----"
          onChange={(event) => setText(event.target.value)}
        />
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={text.trim() === ''}>
            {t('pasteTrust')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}

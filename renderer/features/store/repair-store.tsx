import { type ReactElement, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { parseReference } from '../../../shared/models/reference.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import type { StoreTasks } from './use-store-tasks.ts';

function isRepository(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** Asks where what is damaged may be had, and starts the repair. */
export function RepairStore(props: { readonly tasks: StoreTasks; readonly onClose: () => void }): ReactElement {
  const { tasks, onClose } = props;
  const { t } = useTranslation('store');
  const id = useId();
  const [text, setText] = useState('');
  const typed = text.trim();
  const valid = typed === '' || isRepository(typed);
  return (
    <DialogFrame title={t('repairTitle')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!valid) return;
          tasks.repair(typed === '' ? [] : [typed]);
          onClose();
        }}
      >
        <p className="dialog-text store-dialog-text">{t('repairMore')}</p>
        <div className="form-row">
          <label htmlFor={id}>{t('repairFrom')}</label>
          <input
            id={id}
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog takes the focus
            autoFocus
            className="input"
            value={text}
            placeholder="ghcr.io/acme/sonoma"
            spellCheck={false}
            aria-invalid={!valid}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <p id={`${id}-hint`} className={`form-inset ${valid ? 'add-registry-hint' : 'field-error'}`}>
          {t(valid ? 'repairFromHint' : 'repairFromWrong')}
        </p>
        <div className="dialog-foot">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" className="button button-primary" isDisabled={!valid}>
            {t('repair')}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}

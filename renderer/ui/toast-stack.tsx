import { CircleCheck, X } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { dropToast, TOAST_MS, type Toast, toastStore } from '../state/toasts.ts';
import './toast-stack.css';

/** The toasts, bottom right above the strip. Their words are read out once. */
export function ToastStack(): ReactElement {
  const toasts = useStore(toastStore, (state) => state.toasts);
  return (
    <div className="toast-stack" role="status">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

/** One toast; it stays while the pointer or the focus is on it. */
function ToastCard({ toast }: { readonly toast: Toast }): ReactElement {
  const { t } = useTranslation('panes');
  const [held, setHeld] = useState(false);
  const { id, title, more, action } = toast;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dropToast(id), TOAST_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [held, id]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this holds words and two buttons
    <div
      className="toast"
      role="group"
      aria-label={title}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <CircleCheck size={16} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <b>{title}</b>
        {more !== '' && <span>{more}</span>}
      </div>
      {action !== null && (
        <Button
          className="button button-small"
          onPress={() => {
            dropToast(id);
            action.act();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button className="icon-button button-small" aria-label={t('dismiss')} onPress={() => dropToast(id)}>
        <X size={14} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </div>
  );
}

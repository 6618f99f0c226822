import { Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useCopy } from '../state/use-copy.ts';
import './copyable.css';

/** See {@link Copyable}. */
export interface CopyableProps {
  /** What is copied, and told in the tooltip. */
  readonly text: string;
  /** What is drawn; the text itself unless given. */
  readonly shown?: string;
  /** `Copy digest` */
  readonly label: string;
  /** In a grid, which is one tab stop: its menu copies, too. */
  readonly inGrid?: boolean;
}

/** A digest, reference or command in mono, with a button that copies it. */
export function Copyable({ text, shown = text, label, inGrid = false }: CopyableProps): ReactElement {
  const copy = useCopy();
  return (
    <span className="copyable">
      <code data-tip={text}>{shown}</code>
      <Button
        className="icon-button copyable-button"
        aria-label={label}
        data-tip={label}
        excludeFromTabOrder={inGrid}
        onPress={() => copy(text)}
      >
        <Copy size={12} strokeWidth={1.75} aria-hidden="true" />
      </Button>
    </span>
  );
}

import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Registry } from '../../shared/models/registry.ts';
import './health-dot.css';

/** The state of a registry: a shape and a colour, its word in the tooltip and for screen readers. */
export function HealthDot(props: {
  readonly health: Registry['health'];
  /** Another word than that of the health. */
  readonly word?: string;
  /** The word stands beside the dot, and is not said twice. */
  readonly beside?: boolean;
}): ReactElement {
  const { t } = useTranslation('panes');
  const { health, word = t(`health.${health}`), beside = false } = props;
  return (
    <span className="health-dot" data-health={health} data-tip={word}>
      {!beside && <span className="for-readers">{word}</span>}
    </span>
  );
}

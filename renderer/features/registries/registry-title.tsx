import type { ReactElement, ReactNode } from 'react';
import type { Registry } from '../../../shared/models/registry.ts';
import { HealthDot } from '../../ui/health-dot.tsx';

/** See {@link RegistryTitle}. */
export interface RegistryTitleProps {
  readonly registry: Registry;
  /** Words beside the dot, that of its health among them; those that are empty are left out. */
  readonly facts: readonly string[];
  /** Stands behind the facts. */
  readonly children?: ReactNode;
}

/** The name of a registry as the head of a page, with its host where it has another name, how it is, and more facts. */
export function RegistryTitle({ registry, facts, children }: RegistryTitleProps): ReactElement {
  const { host, health, choices } = registry;
  const told = [choices.name === null ? '' : host, ...facts].filter((fact) => fact !== '');
  return (
    <div>
      <h1>{choices.name ?? host}</h1>
      <p>
        <HealthDot health={health} beside />
        {told.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {children}
      </p>
    </div>
  );
}

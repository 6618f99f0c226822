import { createContext, useContext } from 'react';
import type { ContractClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/errors/app-error.ts';

/** The window's connection to the engine. */
export const ClientContext = createContext<ContractClient | null>(null);

/** The client of the window. */
export function useClient(): ContractClient {
  const client = useContext(ClientContext);
  if (client === null) throw new AppError('internal', { message: 'no client above this component' });
  return client;
}

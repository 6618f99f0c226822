import { createStore } from 'zustand';

/** The registry that a repository is to be added to; null = none. */
interface RepositoryRequest {
  readonly host: string | null;
}

/** What the dialog for a repository of the list follows: every view may ask for it. */
export const repositoryRequest = createStore<RepositoryRequest>(() => ({ host: null }));

/** Opens the dialog that adds a repository of a registry to the list. */
export function askForRepository(host: string): void {
  repositoryRequest.setState({ host });
}

/** Closes it. */
export function endRepositoryRequest(): void {
  repositoryRequest.setState({ host: null });
}

import { useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import { useClient } from '../../state/client.ts';

/** Adding a registry: the text, whether plain http was chosen, and how far it is. */
export interface AddingRegistry {
  readonly text: string;
  readonly insecure: boolean;
  readonly asking: boolean;
  readonly error: ErrorData | null;
  readonly setText: (text: string) => void;
  readonly setInsecure: (insecure: boolean) => void;
  /** Asks the registry and adds it. */
  readonly add: () => void;
}

/** `host[:port]` and what follows its first slash: a repository that is read as well, for registries that list none. */
export function registryAndRepository(text: string): { readonly host: string; readonly repository: string | null } {
  const plain = text
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/+$/, '');
  const slash = plain.indexOf('/');
  if (slash < 0) return { host: plain, repository: null };
  const repository = plain.slice(slash + 1).replace(/[:@].*$/, '');
  return { host: plain.slice(0, slash), repository: repository === '' ? null : repository };
}

/** The state of adding a registry; the dialog and the first-run page draw it. */
export function useAddRegistry(onAdded: (host: string) => void): AddingRegistry {
  const client = useClient();
  const [text, setText] = useState('');
  const [insecure, setInsecure] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);

  async function ask(): Promise<void> {
    const { host, repository } = registryAndRepository(text);
    setAsking(true);
    setError(null);
    try {
      await client.call('registries.add', { host, insecure });
      if (repository !== null) await client.call('repositories.read', { host, repository });
      // Many registries do not list their repositories: then the tree fills with those that are pushed to.
      else await client.call('registries.read', { host }).catch(() => undefined);
      setText('');
      onAdded(host);
    } catch (thrown) {
      setError(toAppError(thrown).toData());
    } finally {
      setAsking(false);
    }
  }

  return {
    text,
    insecure,
    asking,
    error,
    setText: (next) => {
      setText(next);
      setError(null);
    },
    setInsecure,
    add: () => {
      if (text.trim() !== '' && !asking) void ask();
    },
  };
}

import { useState } from 'react';
import { type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import { useClient } from '../../state/client.ts';

/** Adding a registry: the text, how the registry is reached, and how far it is. */
export interface AddingRegistry {
  readonly text: string;
  readonly insecure: boolean;
  /** PEM text of its own authority; null = none was asked for. */
  readonly ca: string | null;
  /** What only a test that writes can tell is asked for, too. */
  readonly writes: boolean;
  readonly asking: boolean;
  readonly error: ErrorData | null;
  /** The host whose certificate nobody vouches for; null = none was refused for that. */
  readonly untrusted: string | null;
  readonly setText: (text: string) => void;
  readonly setInsecure: (insecure: boolean) => void;
  readonly setCa: (ca: string | null) => void;
  readonly setWrites: (writes: boolean) => void;
  /** Asks the registry and adds it; with an exception its certificate is accepted. */
  readonly add: (exception?: RegistryChoices['exception']) => void;
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
  const [ca, setCa] = useState<string | null>(null);
  const [writes, setWrites] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);

  async function ask(exception: RegistryChoices['exception']): Promise<void> {
    const { host, repository } = registryAndRepository(text);
    setAsking(true);
    setError(null);
    try {
      const authority = ca === null || ca.trim() === '' ? {} : { ca };
      await client.call('registries.add', {
        host,
        insecure,
        ...authority,
        ...(exception === null ? {} : { exception }),
      });
      if (repository !== null) await client.call('repositories.read', { host, repository });
      // Many registries do not list their repositories: then the tree fills with those that are pushed to.
      else await client.call('registries.read', { host }).catch(() => undefined);
      // It is added all the same: what the test could not find out stands in its result.
      if (writes) await client.call('registries.probe', { host, repository: null, write: true }).catch(() => undefined);
      setText('');
      onAdded(host);
    } catch (thrown) {
      setError(toAppError(thrown).toData());
    } finally {
      setAsking(false);
    }
  }

  /** What was refused before tells nothing of another choice. */
  const anew =
    <Value>(set: (value: Value) => void) =>
    (value: Value): void => {
      set(value);
      setError(null);
    };

  return {
    text,
    insecure,
    ca,
    writes,
    asking,
    error,
    untrusted: error?.code === 'registry.tls' ? registryAndRepository(text).host : null,
    setText: anew(setText),
    setInsecure: anew(setInsecure),
    setCa: anew(setCa),
    setWrites,
    add: (exception = null) => {
      if (text.trim() !== '' && !asking) void ask(exception);
    },
  };
}

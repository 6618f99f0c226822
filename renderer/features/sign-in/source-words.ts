import { useTranslation } from 'react-i18next';

const NAMED = ['environment', 'vault', 'file', 'docker', 'podman', 'keychain'] as const;

/** Says where a sign-in comes from (`docker`, `helper:NAME`, …) in words of the window's language. */
export function useSourceWords(): (source: string) => string {
  const { t } = useTranslation('signIn');
  return (source) => {
    const helper = /^helper:(.*)$/.exec(source)?.[1];
    if (helper !== undefined) return t('source.helper', { name: helper });
    const named = NAMED.find((name) => name === source);
    return named === undefined ? source : t(`source.${named}`);
  };
}

import { ChevronsUpDown } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { Trans, useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName, VmKnowledge } from '../../../shared/models/vm-knowledge.ts';
import { useClient } from '../../state/client.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import { uploadTally } from '../local/upload-tally.ts';
import { vmTitle } from '../local/vm-title.ts';
import { WeaveOrTable } from '../weave/weave-or-table.tsx';

function nameOf({ registry, repository }: RepositoryName): string {
  return `${registry}/${repository}`;
}

const MIB = 1024 * 1024;

/** `512 MiB`: the one binary unit of the window. */
function chunkWords(bytes: number): string {
  return `${String(Number((bytes / MIB).toFixed(1)))} MiB`;
}

/** The weave of a VM against a repository that is chosen, from what is known without reading. */
export function VmWeave({ vm, known }: { readonly vm: Vm; readonly known: VmKnowledge }): ReactElement {
  const { t } = useTranslation('panes');
  const client = useClient();
  const [chosen, setChosen] = useState<{ readonly vmId: string; readonly name: string } | null>(null);
  const [other, setOther] = useState<VmKnowledge | null>(null);
  const wanted = chosen?.vmId === vm.id ? chosen.name : null;
  const places = known.places.map(nameOf);
  const own = known.against === null ? null : nameOf(known.against);
  const choices = own === null || places.includes(own) ? places : [own, ...places];

  useEffect(() => {
    if (wanted === null || wanted === own) return;
    const ended = new AbortController();
    const place = known.places.find((candidate) => nameOf(candidate) === wanted);
    if (place === undefined) return;
    const { registry, repository } = place;
    client
      .call('vms.known', { vmId: vm.id, against: { registry, repository } }, { signal: ended.signal })
      // What is drawn stays.
      .then(setOther, () => undefined);
    return () => {
      ended.abort();
    };
  }, [client, vm.id, wanted, own, known]);

  const answered = other !== null && other.vmId === vm.id && other.against !== null && nameOf(other.against) === wanted;
  const shown = answered ? other : known;
  const against = shown.against === null ? null : nameOf(shown.against);
  return (
    <section className="detail-weave">
      <WeaveOrTable
        layers={shown.layers}
        chunkSize={shown.chunkSize}
        label={t('weaveOf', { name: vmTitle(vm) })}
        title={
          <span className="weave-title">
            <b>{t('weave')}</b>
            {against !== null && (
              <>
                <span>{t('against')}</span>
                <AgainstSelect
                  choices={choices}
                  value={against}
                  onChange={(name) => setChosen({ vmId: vm.id, name })}
                />
              </>
            )}
          </span>
        }
        note={<WeaveNote known={shown} />}
      />
    </section>
  );
}

function AgainstSelect(props: {
  readonly choices: readonly string[];
  readonly value: string;
  readonly onChange: (name: string) => void;
}): ReactElement {
  const { choices, value, onChange } = props;
  const { t } = useTranslation('panes');
  return (
    <Select
      className="select"
      aria-label={t('againstWhich')}
      value={value}
      onChange={(key) => {
        if (typeof key === 'string') onChange(key);
      }}
    >
      <Button className="button button-small select-button">
        <SelectValue className="select-value" />
        <ChevronsUpDown size={12} strokeWidth={1.75} aria-hidden="true" />
      </Button>
      <Popover className="popover menu-popover">
        <ListBox className="menu">
          {choices.map((name) => (
            <ListBoxItem key={name} id={name} textValue={name} className="menu-row">
              <FrontCut path={name} />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** What a push would send now, or what has to be read to know it. */
function WeaveNote({ known }: { readonly known: VmKnowledge }): ReactElement {
  const { t, i18n } = useTranslation('panes');
  const gap = sentenceGap(i18n.language);
  const { upload, packed, estimated, unknown } = uploadTally(known.layers);
  const chunks = t('chunks', { count: known.layers.length, size: chunkWords(known.chunkSize) });
  if (unknown > 0 || known.against === null) {
    const key =
      known.against === null && unknown === 0 ? 'nowhereYet' : known.digestedMs === null ? 'unread' : 'partlyRead';
    return (
      <p className="weave-note">
        {chunks}
        {gap}
        {t(key, { count: unknown })}
      </p>
    );
  }
  const figures = {
    upload: `${estimated && upload > 0 ? '~ ' : ''}${formatBytes(upload)}`,
    packed: `${estimated ? '~ ' : ''}${formatBytes(packed)}`,
  };
  return (
    <p className="weave-note">
      {chunks}
      {gap}
      <Trans
        t={t}
        i18nKey={upload === 0 ? 'pushWouldNothing' : 'pushWould'}
        values={figures}
        components={{ b: upload === 0 ? <b className="weave-note-none" /> : <b /> }}
      />
    </p>
  );
}

import type { Capabilities, Capability, CapabilityName } from '../../shared/models/capabilities.ts';
import { CAPABILITIES } from '../../shared/models/capabilities.ts';
import { table } from './table.ts';

const NAMES: Readonly<Record<CapabilityName, string>> = {
  address: 'Address',
  certificate: 'Certificate',
  signIn: 'Sign-in',
  catalog: 'List repositories',
  referrers: 'Referrers API',
  mount: 'Mount',
  whole: 'Upload in one PUT',
  stream: 'Upload in one PATCH',
  chunks: 'Upload in chunks',
  resume: 'Resume an upload',
  tagDelete: 'Delete one tag',
  digestDelete: 'Delete a digest',
};

/** A detail in words; empty where the result says all. */
function detailText({ detail, params }: Capability): string {
  const text = (name: string): string => String(params[name] ?? '');
  const status = params['status'] === null || params['status'] === undefined ? '' : ` ${text('status')}`;
  switch (detail) {
    case 'https':
    case 'http':
      return `${detail}, ${text('ms')} ms`;
    case 'trusted':
      return `by ${text('issuer')}${until(params)}`;
    case 'ownAuthority':
      return `by ${text('issuer')}, an authority of its own${until(params)}`;
    case 'exception':
      return `by ${text('issuer')}, accepted for this host${until(params)}`;
    case 'plainHttp':
      return 'plain http has none';
    case 'none':
      return 'asks for none';
    case 'anonymous':
      return 'reading needs no account';
    case 'basic':
    case 'bearer':
      return `as ${text('account')}, from ${text('source')}`;
    case 'needed':
      return 'an account is needed';
    case 'wrong':
      return `${text('account')} is not accepted, from ${text('source')}`;
    case 'otherScheme':
      return `only by ${text('schemes')}`;
    case 'listed':
      return `${text('count')} found`;
    case 'api':
      return '';
    case 'fallback':
      return 'found by tag names instead';
    case 'answered':
      return `answered${status}`;
    case 'opened':
      return `opens an upload in its place${status}`;
    case 'atByte':
      return 'at the byte where it broke off';
    case 'fromStart':
      return `from the start again${status}`;
    case 'alone':
      return 'other tags of the digest stay';
    case 'withDigest':
      return 'with all tags of the digest';
    case 'digestOnly':
      return 'only with its digest and all tags of that';
    case 'vendorApi':
      return `by the API of ${text('product')}`;
    case 'refused':
      return `refused${status}`;
    case 'notThere':
      return 'there is no such repository, and none is made by pushing';
    case 'failed':
      return `the test failed${status}`;
    case 'known':
      return 'known of this product';
    case 'earlier':
      return 'found while working with it';
    case 'notTested':
      return 'only a test that writes tells: --write';
  }
}

function until({ validTo }: Capability['params']): string {
  return typeof validTo === 'number' ? `, until ${new Date(validTo).toISOString().slice(0, 10)}` : '';
}

/** What a test found, as a table. */
export function capabilitiesText({ found }: Capabilities): string {
  return table<CapabilityName>(
    [
      { title: 'Capability', align: 'left', cell: (name) => NAMES[name] },
      { title: 'Result', align: 'left', cell: (name) => found[name].result },
      { title: 'Detail', align: 'left', cell: (name) => detailText(found[name]) },
    ],
    CAPABILITIES,
  );
}

import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Image, ImageChild, ImageLayer, ImageReferrer } from '../../../shared/models/image.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { table } from '../table.ts';

/** Options of `tartan inspect`. */
export interface InspectOptions extends CommonOptions {
  readonly insecure?: boolean;
}

const KINDS: Readonly<Record<Image['kind'], string>> = {
  tart: 'Tart VM',
  vetu: 'Vetu VM',
  lume: 'Lume VM',
  image: 'container image',
  index: 'index',
  artifact: 'artifact',
};

function facts(image: Image): string {
  const lines = [
    `${image.registry}/${image.repository}@${image.digest}`,
    `tags      ${image.tagsWithDigest.join(', ')}`,
    `kind      ${KINDS[image.kind]}${image.artifactType === null ? '' : `, ${image.artifactType}`}`,
  ];
  if (image.packedSize !== null) lines.push(`packed    ${formatBytes(image.packedSize)}`);
  if (image.diskSize !== null) lines.push(`disk      ${formatBytes(image.diskSize)}`);
  if (image.uploadTime !== null) lines.push(`uploaded  ${image.uploadTime}`);
  if (image.subject !== null) lines.push(`belongs   to ${image.subject}`);
  const platform = [image.config?.os, image.config?.architecture].filter((part) => typeof part === 'string').join('/');
  if (platform !== '') lines.push(`platform  ${platform}`);
  for (const [key, value] of Object.entries(image.labels)) lines.push(`label     ${key}=${value}`);
  const { pullProblem } = image;
  if (image.kind === 'tart' && pullProblem.new !== null) lines.push(`tart      cannot pull it: ${pullProblem.new}`);
  return lines.join('\n');
}

function layerTable(layers: readonly ImageLayer[]): string {
  return table<ImageLayer>(
    [
      { title: '#', align: 'right', cell: ({ index }) => String(index) },
      { title: 'Kind', align: 'left', cell: ({ kind }) => kind },
      { title: 'Size', align: 'right', cell: ({ size }) => formatBytes(size) },
      { title: 'Raw', align: 'right', cell: ({ rawSize }) => (rawSize === null ? '' : formatBytes(rawSize)) },
      { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
    ],
    layers,
  );
}

function childTable(children: readonly ImageChild[]): string {
  return table<ImageChild>(
    [
      { title: 'Platform', align: 'left', cell: ({ platform }) => platform ?? '' },
      {
        title: 'Kind',
        align: 'left',
        cell: ({ kind, attests }) => (attests !== null ? 'attestation' : kind === null ? '' : KINDS[kind]),
      },
      {
        title: 'Packed',
        align: 'right',
        cell: ({ packedSize }) => (packedSize === null ? '' : formatBytes(packedSize)),
      },
      { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
    ],
    children,
  );
}

function referrerTable(referrers: readonly ImageReferrer[]): string {
  return table<ImageReferrer>(
    [
      { title: 'Belongs to it', align: 'left', cell: ({ artifactType, mediaType }) => artifactType ?? mediaType },
      { title: 'Found by', align: 'left', cell: ({ tag }) => tag ?? 'referrers API' },
      { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
    ],
    referrers,
  );
}

/** `tartan inspect REF`: manifest, layers or children, sizes, what belongs to it, and which tags share the digest. */
export async function inspect(context: CommandContext, reference: string, options: InspectOptions): Promise<undefined> {
  const insecure = options.insecure === true;
  const image = await call(context, 'images.inspect', { reference, insecure, askReferrers: true });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(image, null, 2));
    return;
  }
  context.terminal.out(facts(image));
  context.terminal.out(image.kind === 'index' ? childTable(image.children) : layerTable(image.layers));
  if (image.referrers !== null && image.referrers.length > 0) context.terminal.out(referrerTable(image.referrers));
}

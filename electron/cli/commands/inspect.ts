import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Image, ImageLayer } from '../../../shared/models/image.ts';
import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { table } from '../table.ts';

/** Options of `tartan inspect`. */
export interface InspectOptions extends CommonOptions {
  readonly insecure?: boolean;
}

function facts(image: Image): string {
  const lines = [
    `${image.registry}/${image.repository}@${image.digest}`,
    `tags      ${image.tagsWithDigest.join(', ')}`,
    `packed    ${formatBytes(image.packedSize)}`,
  ];
  if (image.diskSize !== null) lines.push(`disk      ${formatBytes(image.diskSize)}`);
  if (image.uploadTime !== null) lines.push(`uploaded  ${image.uploadTime}`);
  for (const [key, value] of Object.entries(image.labels)) lines.push(`label     ${key}=${value}`);
  if (image.pullProblem.new !== null) lines.push(`tart      cannot pull it: ${image.pullProblem.new}`);
  return lines.join('\n');
}

/** `tartan inspect REF`: manifest, layers, sizes, and which tags share the digest. */
export async function inspect(context: CommandContext, reference: string, options: InspectOptions): Promise<undefined> {
  const image = await call(context, 'images.inspect', { reference, insecure: options.insecure === true });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(image, null, 2));
    return;
  }
  context.terminal.out(facts(image));
  context.terminal.out(
    table<ImageLayer>(
      [
        { title: '#', align: 'right', cell: ({ index }) => String(index) },
        { title: 'Kind', align: 'left', cell: ({ kind }) => kind },
        { title: 'Size', align: 'right', cell: ({ size }) => formatBytes(size) },
        { title: 'Raw', align: 'right', cell: ({ rawSize }) => (rawSize === null ? '' : formatBytes(rawSize)) },
        { title: 'Digest', align: 'left', cell: ({ digest }) => digest },
      ],
      image.layers,
    ),
  );
}

import { type CommandContext, type CommonOptions, call } from '../command-context.ts';
import { counted } from '../counted.ts';

/** Options of `tartan index rebuild`. */
export interface RebuildOptions extends CommonOptions {
  readonly offline?: boolean;
}

/** `tartan index rebuild`: learns anew which layers chunks become and which repositories hold them. */
export async function rebuildIndex(context: CommandContext, options: RebuildOptions): Promise<undefined> {
  const found = await call(context, 'index.rebuild', { askRegistries: options.offline !== true });
  if (options.json === true) {
    context.terminal.out(JSON.stringify(found, null, 2));
    return;
  }
  const { localManifests, encodedLayers, remoteManifests, repositories, failed } = found;
  context.terminal.note(
    `${counted(localManifests, 'manifest')} on this computer, ${counted(encodedLayers, 'layer')} that pushes encoded.`,
  );
  if (options.offline !== true)
    context.terminal.note(
      `${counted(remoteManifests, 'manifest')} of ${counted(repositories, 'repository', 'repositories')} in registries.`,
    );
  for (const { registry, repository, error } of failed)
    context.terminal.note(`${registry}/${repository} could not be read: ${error.code}.`);
}

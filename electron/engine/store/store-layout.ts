import { join } from 'node:path';

/** Paths within a store. What is not of the OCI image layout lies in `.tartan/`, which other tools pass over. */
export interface StoreLayout {
  readonly root: string;
  /** `oci-layout`: marks the folder. */
  readonly marker: string;
  /** `index.json`: names complete images only. */
  readonly index: string;
  /** `blobs/sha256/`: one file a blob, named by the hex of its digest. */
  readonly blobs: string;
  /** Folder of everything that is only ours. */
  readonly own: string;
  /** The store's lock (an SQLite file without content). */
  readonly lock: string;
  /** What this app last wrote into index.json. */
  readonly written: string;
  /** Upload sessions: `<uuid>.json` and `<uuid>.data`. */
  readonly uploads: string;
  /** Files that are being made, before their digest is known. */
  readonly staging: string;
  /** One folder a repository; see {@link repositoryFolder}. */
  readonly repositories: string;
}

/** The paths of the store at `root` (absolute). */
export function storeLayout(root: string): StoreLayout {
  const own = join(root, '.tartan');
  return {
    root,
    marker: join(root, 'oci-layout'),
    index: join(root, 'index.json'),
    blobs: join(root, 'blobs', 'sha256'),
    own,
    lock: join(own, 'lock'),
    written: join(own, 'written.json'),
    uploads: join(own, 'uploads'),
    staging: join(own, 'staging'),
    repositories: join(own, 'repositories'),
  };
}

/** The hex part of a sha256 digest: a blob's file name. */
export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** The file of a blob. */
export function blobPath(layout: StoreLayout, digest: string): string {
  return join(layout.blobs, hexOf(digest));
}

/** A repository's records: `manifests/<hex>` and `uploads/<hex>`. `+` stands for `/`, which the grammar leaves free. */
export function repositoryFolder(layout: StoreLayout, repository: string): string {
  return join(layout.repositories, repository.replaceAll('/', '+'));
}

/** The repository whose folder has this name. */
export function repositoryOfFolder(name: string): string {
  return name.replaceAll('+', '/');
}

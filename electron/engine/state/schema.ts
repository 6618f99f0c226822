/**
 * The steps that bring a database to the present form; step N takes `user_version` from N - 1 to N. A published step is
 * never changed. Steps only add (tables, indexes, columns with a default), because an older program may be running on the
 * same database while a newer one migrates it.
 *
 * Digests are `sha256:<hex>`, sizes bytes, times ms since the epoch. File stamps and inodes are decimal text: they exceed
 * the 53 bits of a JavaScript number.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: raw digests of the chunks of a file, by the file's identity.
  `CREATE TABLE digested_files (
     id INTEGER PRIMARY KEY,
     volume TEXT NOT NULL, inode TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns TEXT NOT NULL, ctime_ns TEXT NOT NULL,
     chunk_size INTEGER NOT NULL,
     used_ms INTEGER NOT NULL,
     UNIQUE (volume, inode, chunk_size, size, mtime_ns, ctime_ns)
   ) STRICT;
   CREATE INDEX digested_files_by_use ON digested_files (used_ms);
   CREATE TABLE chunk_digests (
     file_id INTEGER NOT NULL REFERENCES digested_files (id) ON DELETE CASCADE,
     chunk_index INTEGER NOT NULL,
     raw_digest TEXT NOT NULL,
     zero INTEGER NOT NULL,
     PRIMARY KEY (file_id, chunk_index)
   ) STRICT, WITHOUT ROWID;`,

  // 2: the content index. Sound pairs (proven, local) hold everywhere; claims only for the repository that states them.
  `CREATE TABLE layer_pairs (
     raw_digest TEXT NOT NULL, layer_digest TEXT NOT NULL,
     raw_size INTEGER NOT NULL, layer_size INTEGER NOT NULL,
     proof TEXT NOT NULL CHECK (proof IN ('proven', 'local')),
     encoder TEXT,
     learned_ms INTEGER NOT NULL,
     PRIMARY KEY (raw_digest, layer_digest)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX layer_pairs_by_layer ON layer_pairs (layer_digest);
   CREATE TABLE claimed_pairs (
     raw_digest TEXT NOT NULL, layer_digest TEXT NOT NULL,
     registry TEXT NOT NULL, repository TEXT NOT NULL,
     raw_size INTEGER NOT NULL, layer_size INTEGER NOT NULL,
     seen_ms INTEGER NOT NULL,
     PRIMARY KEY (raw_digest, layer_digest, registry, repository)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX claimed_pairs_by_layer ON claimed_pairs (layer_digest);
   CREATE TABLE blob_locations (
     layer_digest TEXT NOT NULL,
     registry TEXT NOT NULL, account TEXT NOT NULL, repository TEXT NOT NULL,
     seen_ms INTEGER NOT NULL,
     PRIMARY KEY (layer_digest, registry, account, repository)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE manifests (
     digest TEXT PRIMARY KEY,
     media_type TEXT NOT NULL,
     bytes BLOB NOT NULL,
     seen_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX manifests_by_age ON manifests (seen_ms);
   CREATE TABLE manifest_layers (
     manifest_digest TEXT NOT NULL REFERENCES manifests (digest) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     layer_digest TEXT NOT NULL,
     PRIMARY KEY (manifest_digest, position)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX manifest_layers_by_layer ON manifest_layers (layer_digest);
   CREATE TABLE manifest_places (
     manifest_digest TEXT NOT NULL REFERENCES manifests (digest) ON DELETE CASCADE,
     registry TEXT NOT NULL, repository TEXT NOT NULL,
     seen_ms INTEGER NOT NULL,
     PRIMARY KEY (manifest_digest, registry, repository)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX manifest_places_by_repository ON manifest_places (registry, repository);`,

  // 3: what was learned of hosts and of this machine.
  `CREATE TABLE host_profiles (
     host TEXT PRIMARY KEY,
     scheme TEXT CHECK (scheme IN ('http', 'https')),
     upload_mode TEXT,
     link_rate REAL,
     learned_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE machine_rates (
     name TEXT PRIMARY KEY,
     rate REAL NOT NULL,
     learned_ms INTEGER NOT NULL
   ) STRICT;`,

  // 4: history of jobs, and requests to a job from another process.
  `CREATE TABLE jobs (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL, state TEXT NOT NULL,
     vm TEXT,
     created_ms INTEGER NOT NULL, finished_ms INTEGER,
     job_references TEXT NOT NULL,
     totals TEXT,
     error TEXT
   ) STRICT;
   CREATE INDEX jobs_by_age ON jobs (created_ms);
   CREATE TABLE job_requests (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     job_id TEXT NOT NULL,
     request TEXT NOT NULL,
     requested_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX job_requests_by_job ON job_requests (job_id);`,

  // 5: what is old is found without a look at all rows.
  `CREATE INDEX claimed_pairs_by_age ON claimed_pairs (seen_ms);
   CREATE INDEX blob_locations_by_age ON blob_locations (seen_ms);`,

  // 6: VM configs that known manifests name, to be compared with a VM's own.
  `CREATE TABLE vm_configs (
     digest TEXT PRIMARY KEY,
     bytes BLOB NOT NULL,
     seen_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX vm_configs_by_age ON vm_configs (seen_ms);`,

  // 7: what was found out about hosts while working with them, each finding with its own age; `value` is JSON.
  `CREATE TABLE host_findings (
     host TEXT NOT NULL,
     finding TEXT NOT NULL,
     value TEXT NOT NULL,
     learned_ms INTEGER NOT NULL,
     PRIMARY KEY (host, finding)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO host_findings (host, finding, value, learned_ms)
     SELECT host, 'upload', json_object('uploadMode', upload_mode), learned_ms
       FROM host_profiles WHERE upload_mode IS NOT NULL;`,

  // 8: the content index at a million layers. Raw sizes that any pair has; blobs that were proved absent although a manifest
  // names them; which account could read which repository (`read_ms`: its newest manifests were read; `refused_ms`: it was
  // refused since it was last seen). Nobody looks for a pair by its layer: two indexes that were a third of the file go, and
  // an older program works without them.
  `CREATE TABLE known_raw_sizes (raw_size INTEGER PRIMARY KEY) STRICT;
   INSERT OR IGNORE INTO known_raw_sizes SELECT raw_size FROM layer_pairs;
   INSERT OR IGNORE INTO known_raw_sizes SELECT raw_size FROM claimed_pairs;
   CREATE TABLE absent_blobs (
     layer_digest TEXT NOT NULL,
     registry TEXT NOT NULL, account TEXT NOT NULL, repository TEXT NOT NULL,
     found_ms INTEGER NOT NULL,
     PRIMARY KEY (layer_digest, registry, account, repository)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX absent_blobs_by_age ON absent_blobs (found_ms);
   CREATE TABLE repository_readers (
     registry TEXT NOT NULL, repository TEXT NOT NULL, account TEXT NOT NULL,
     seen_ms INTEGER NOT NULL, read_ms INTEGER, refused_ms INTEGER,
     PRIMARY KEY (registry, repository, account)
   ) STRICT, WITHOUT ROWID;
   INSERT OR IGNORE INTO repository_readers (registry, repository, account, seen_ms)
     SELECT registry, repository, '', max(seen_ms) FROM manifest_places GROUP BY registry, repository;
   INSERT OR IGNORE INTO repository_readers (registry, repository, account, seen_ms)
     SELECT registry, repository, '', max(seen_ms) FROM blob_locations GROUP BY registry, repository;
   DROP INDEX claimed_pairs_by_layer;
   DROP INDEX layer_pairs_by_layer;`,

  // 9: what each job did not have to read, encode, send and store, and what tart push would have done in its place. A row
  // of savings_targets has the sums of one target; layers is JSON, and kept of the newest targets only.
  `CREATE TABLE savings_jobs (
     job_id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     vm_id TEXT, name TEXT NOT NULL,
     ended_ms INTEGER NOT NULL,
     encode_rate REAL,
     head INTEGER NOT NULL, mount INTEGER NOT NULL, upload INTEGER NOT NULL, manifest INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX savings_jobs_by_age ON savings_jobs (ended_ms);
   CREATE TABLE savings_targets (
     id INTEGER PRIMARY KEY,
     job_id TEXT NOT NULL, registry TEXT NOT NULL, repository TEXT NOT NULL,
     manifest_digest TEXT, job_references TEXT NOT NULL, link_rate REAL,
     pushed INTEGER NOT NULL, present INTEGER NOT NULL, mounted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
     uploaded INTEGER NOT NULL, sent INTEGER NOT NULL, stored INTEGER NOT NULL,
     read_bytes INTEGER NOT NULL, encoded INTEGER NOT NULL,
     tart_read INTEGER NOT NULL, tart_encoded INTEGER NOT NULL, tart_sent INTEGER NOT NULL,
     tart_seconds REAL, saved_seconds REAL,
     UNIQUE (job_id, registry, repository)
   ) STRICT;
   CREATE TABLE savings_layers (
     id INTEGER PRIMARY KEY,
     job_id TEXT NOT NULL, registry TEXT NOT NULL, repository TEXT NOT NULL,
     written_ms INTEGER NOT NULL,
     layers TEXT NOT NULL,
     UNIQUE (job_id, registry, repository)
   ) STRICT;
   CREATE INDEX savings_layers_by_age ON savings_layers (written_ms);`,

  // 10: comparing blocks with other disks. Volumes on which it was tried, by build of the operating system; disks of cached
  // images as they were first seen (`identity` is JSON).
  `CREATE TABLE extent_volumes (
     volume TEXT PRIMARY KEY,
     system_build TEXT NOT NULL,
     passed INTEGER NOT NULL,
     tested_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE image_disks (
     path TEXT PRIMARY KEY,
     identity TEXT NOT NULL,
     first_seen_ms INTEGER NOT NULL
   ) STRICT;`,

  // 11: the chunks of each VM's disk when it was pushed last; `raw_digests` is their 32 bytes each, in disk order.
  `CREATE TABLE pushed_disks (
     vm_id TEXT NOT NULL,
     chunk_size INTEGER NOT NULL,
     pushed_ms INTEGER NOT NULL,
     raw_digests BLOB NOT NULL,
     PRIMARY KEY (vm_id, chunk_size)
   ) STRICT;
   CREATE INDEX pushed_disks_by_age ON pushed_disks (pushed_ms);`,
];

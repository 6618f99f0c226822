#!/usr/bin/env bash
# make-image.sh OUT.img [quick]: a sparse ext4 image made of this machine's own files, without mounting anything.
# 3 GiB, six chunks, 28 % of it empty, no chunk wholly empty; quick = 2 GiB, four chunks. As other machines have other
# files, figures of two machines cannot be compared; ratios can.
set -euo pipefail
out=$1 quick=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/usr/lib" "$tree/usr/share" "$tree/var/cache"
folders=(/usr/share/doc /usr/share/locale /usr/share/man)
noise=120000000 zeros=190000000 size=2G chunks=4
if [ -z "$quick" ]; then
  folders+=(/usr/bin /usr/lib/gcc /usr/lib/python3 /usr/lib/python3.11 /usr/lib/llvm-14)
  noise=450000000 zeros=190000000 size=3G chunks=6
fi
for folder in "${folders[@]}"; do
  if [ -d "$folder" ]; then mkdir -p "$tree$(dirname "$folder")" && cp -a "$folder" "$tree$folder"; fi
done
# Content that does not compress, the same each time.
openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null |
  head -c "$noise" > "$tree/var/cache/packed.bin" || true
for number in 1 2 3; do head -c "$zeros" /dev/zero > "$tree/zero$number"; done
rm -f "$out"
truncate -s "$size" "$out"
mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1,hash_seed=00000000-0000-0000-0000-000000000001 \
  -U 00000000-0000-0000-0000-000000000002 -d "$tree" "$out"
# The last chunk is free space of the file system: it gets data and zeros too, so that no chunk is a known constant.
last=$(((chunks - 1) * 536870912))
head -c 60000000 "$tree/var/cache/packed.bin" |
  dd of="$out" bs=1M seek=$((last + 104857600)) oflag=seek_bytes conv=notrunc status=none
find "$tree/usr/share" -type f -print0 | sort -z | xargs -0 cat 2>/dev/null | head -c 90000000 |
  dd of="$out" bs=1M seek=$((last + 262144000)) oflag=seek_bytes conv=notrunc status=none || true

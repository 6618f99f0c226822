#!/usr/bin/env bash
# push-shell.sh IMAGE URL REPOSITORY: what a push costs that is put together from tools, two chunks at a time:
# dd | tee openssl | lz4 -1, openssl over the packed bytes, curl for HEAD, POST and PUT. Prints the digest of each chunk.
# openssl, not sha256sum: that one is four times slower where the processor knows SHA.
set -euo pipefail
IMAGE=$1 URL=$2 REPOSITORY=$3 WORK=$(mktemp -d)
export IMAGE URL REPOSITORY WORK
trap 'rm -rf "$WORK"' EXIT
chunk() {
  local index=$1 file=$WORK/$1 digest location
  dd if="$IMAGE" bs=4M skip=$((index * 128)) count=128 status=none |
    tee >(openssl dgst -sha256 -r > "$file.raw") | lz4 -1 -B4 -BI --no-frame-crc -qq -c 2>/dev/null > "$file.lz4"
  digest=$(openssl dgst -sha256 -r "$file.lz4" | cut -d' ' -f1)
  curl -s -o /dev/null -I "$URL/v2/$REPOSITORY/blobs/sha256:$digest"
  location=$(curl -s -o /dev/null -D - -X POST "$URL/v2/$REPOSITORY/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  case $location in http*) ;; *) location=$URL$location ;; esac
  curl -sS -f -o /dev/null -T "$file.lz4" -H 'Content-Type: application/octet-stream' -H 'Expect:' "$location&digest=sha256:$digest"
  rm -f "$file.lz4" "$file.raw"
  echo "$index sha256:$digest"
}
export -f chunk
count=$((($(stat -c %s "$IMAGE") + 536870911) / 536870912))
seq 0 $((count - 1)) | xargs -P 2 -I{} bash -c 'set -euo pipefail; chunk {}'

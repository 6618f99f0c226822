import type { ImageSharing, SharingImage } from '../../../shared/models/sharing.ts';
import type { BlobNumbers } from './blob-numbers.ts';
import type { KnownImage } from './known-images.ts';

/** Which of these images share how much with each other. */
export function imageSharing(
  images: readonly KnownImage[],
  told: (image: KnownImage) => SharingImage,
  blobs: BlobNumbers,
): ImageSharing {
  const pairs: ImageSharing['pairs'] = [];
  for (const [a, image] of images.entries()) {
    const own = new Set(image.blobs);
    for (const [b, other] of images.entries()) {
      if (b <= a) continue;
      const common = other.blobs.filter((number) => own.has(number));
      if (common.length > 0) pairs.push({ a, b, bytes: blobs.total(common), layers: common.length });
    }
  }
  return { images: images.map(told), pairs };
}

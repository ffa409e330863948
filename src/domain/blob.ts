import { z } from 'zod';

/** A reference to content in the blob store. Workflows pass these and never see the content. */
export const BlobRef = z.object({
  /** `blob:` and a keyed hash of the content: equal content has one id, and the id tells nothing about the content. */
  id: z.string().regex(/^blob:[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  mediaType: z.string().max(100),
  /** One line for people, at most 300 characters. */
  summary: z.string().max(300),
});
export type BlobRef = z.infer<typeof BlobRef>;

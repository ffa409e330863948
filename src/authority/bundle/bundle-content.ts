import { z } from 'zod';
import { Cap } from '../../domain/cap.ts';
import { type Digest, Digest as DigestSchema, digestOf } from '../../domain/digest.ts';
import { Directory } from '../../domain/directory.ts';
import { JsonObject } from '../../domain/json.ts';
import { Reversible, Risk } from '../../domain/risk.ts';
import { TargetTags } from '../policy/target-tags.ts';

const Texts = z.record(z.string(), z.string());

/** What a team's folder says. Texts are by file name. */
export const FolderContent = z.object({
  /** Of the folder, or of the default set: how rules and cards call it. */
  name: z.string().min(1),
  policies: Texts,
  tests: Texts,
  directory: Directory,
  caps: z.array(Cap),
  targets: z.array(TargetTags),
});
export type FolderContent = z.infer<typeof FolderContent>;

/** Everything that judging rests on, as it is stored and hashed: the folder, the route file, and what the build knows. */
export const BundleContent = FolderContent.extend({
  v: z.literal(1),
  routes: z.array(JsonObject),
  tools: z.array(z.object({ name: z.string(), risk: Risk, reversible: Reversible })),
  manifest: DigestSchema,
});
export type BundleContent = z.infer<typeof BundleContent>;

/** The bundle's hash, which every decision made under it names. */
export const bundleHash = (content: BundleContent): Digest => digestOf(content);

import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const REGISTRY = 'registry.example/';

/** The program an image name stands for (`registry.example/checkout:2.3.1` → services/images/checkout-2.3.1.ts), or `undefined`: not in the registry. */
export function programOf(image: string): string | undefined {
  const name = /^registry\.example\/(?<name>[a-z-]+):(?<tag>[\w.-]+)$/.exec(image)?.groups;
  if (!name) return undefined;
  const path = fileURLToPath(new URL(`../services/images/${name['name']}-${name['tag']}.ts`, import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** A digest for an image, stable over runs. */
export const imageId = (image: string): string =>
  `${REGISTRY}${image.slice(REGISTRY.length).split(':')[0]}@sha256:${createHash('sha256').update(image).digest('hex')}`;

import type { Source } from '../../sdk/define-source.ts';
import { alertmanager } from './alertmanager.ts';

/** Every source with a door of its own, by name. A map, so that `/hooks/constructor` is unknown. */
export const sources: ReadonlyMap<string, Source> = new Map([alertmanager].map((source) => [source.name, source]));

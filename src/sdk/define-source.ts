import type { Alert } from '../domain/alert.ts';
import type { Json } from '../domain/json.ts';

/** A monitoring system that sends alerts to `POST /hooks/<name>`. */
export interface Source {
  readonly name: string;
  /** Which proofs the sender can give. `hmac`: a signature over the raw body. `bearer`: a token in `Authorization`. */
  readonly proofs: readonly ('hmac' | 'bearer')[];
  /**
   * Turns one delivery into alerts, in its order. Pure: the same body gives the same alerts.
   * @throws Failure stop.invalid-input naming the field; then nothing of the delivery is taken
   */
  parse(body: Json): Alert[];
}

/** Declares a source: one file under `src/intake/sources/`. */
export function defineSource(source: Source): Source {
  return source;
}

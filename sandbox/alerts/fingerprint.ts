const OFFSET = 14695981039346656037n;
const PRIME = 1099511628211n;
const SEPARATOR = 0xff;

/** Prometheus' identity of a label set: FNV-1a over the sorted names and values, 16 hexadecimal digits. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  let hash = OFFSET;
  const add = (byte: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  };
  for (const name of Object.keys(labels).toSorted()) {
    for (const part of [name, labels[name] ?? '']) {
      for (const byte of Buffer.from(part)) add(byte);
      add(SEPARATOR);
    }
  }
  return hash.toString(16).padStart(16, '0');
}

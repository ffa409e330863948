import { Zip, ZipDeflate } from 'fflate';

/** A zip archive of files whose content comes in pieces, as bytes while they come. Files are taken one after the other. */
export async function* zipOf(
  files: AsyncIterable<{ readonly path: string; readonly content: AsyncIterable<string> }>,
): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  let failed: Error | undefined;
  const zip = new Zip((error, chunk) => {
    if (error) failed = error;
    else if (chunk.length > 0) ready.push(chunk);
  });
  const take = (): Uint8Array[] => {
    if (failed) throw failed;
    const taken = ready;
    ready = [];
    return taken;
  };
  for await (const { path, content } of files) {
    const file = new ZipDeflate(path);
    zip.add(file);
    for await (const piece of content) {
      file.push(Buffer.from(piece));
      yield* take();
    }
    file.push(new Uint8Array(), true);
    yield* take();
  }
  zip.end();
  yield* take();
}

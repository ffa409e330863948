/** Values as the elements of one JSON array, a line each: it can be read as a whole, and line by line. */
export async function* jsonArray(values: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let first = true;
  for await (const value of values) {
    yield `${first ? '[\n' : ',\n'}${JSON.stringify(value)}`;
    first = false;
  }
  yield first ? '[]\n' : '\n]\n';
}

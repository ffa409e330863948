/** Asks a container's readiness path. `undefined` is ready; otherwise what the kubelet would say. */
export async function probe(port: number, path: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.ok ? undefined : `HTTP probe failed with statuscode: ${answer.status}`;
  } catch {
    return `Get "http://127.0.0.1:${port}${path}": dial tcp 127.0.0.1:${port}: connect: connection refused`;
  }
}

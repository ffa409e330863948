/** Where to go after signing in: a path on this server, or `/` for anything that would lead elsewhere. */
export function localPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  // The URL parser knows what browsers make of `//host`, `/\host` and tabs; a prefix test does not.
  if (!URL.canParse(wanted, here)) return '/';
  const url = new URL(wanted, here);
  if (url.origin !== here || url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search + url.hash;
}

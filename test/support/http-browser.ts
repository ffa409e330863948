/** A browser without a screen: keeps cookies by origin, follows nothing by itself. */
export function httpBrowser() {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (url: URL) => {
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    return jar;
  };
  const go = async (address: string, form?: Readonly<Record<string, string>>) => {
    const url = new URL(address);
    const jar = jarOf(url);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined ? {} : { origin: url.origin }),
      },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      status: response.status,
      body: await response.text(),
      /** Where it sends the browser, as a whole address. */
      next: location === null ? undefined : new URL(location, url).href,
    };
  };
  /** Goes on while it is redirected and `stop` does not say to look. */
  const follow = async (address: string, stop: (address: string) => boolean = () => false) => {
    let at = address;
    for (let step = 0; step < 20; step++) {
      if (stop(at)) return { at, status: 0, body: '', next: undefined };
      const page = await go(at);
      if (page.next === undefined) return { at, ...page };
      at = page.next;
    }
    throw new Error(`${address} redirects for ever`);
  };
  return { go, follow, cookies: (address: string) => jarOf(new URL(address)) };
}
export type HttpBrowser = ReturnType<typeof httpBrowser>;

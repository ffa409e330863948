import { bodyOf, listen } from './listen.ts';

/** A Web API call on its way to the emulated Slack. */
export interface SlackCall {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What to do with a call: `instead` answers it here; `lost` lets it happen and then answers with a server error. */
export type Meddle = (
  call: SlackCall,
) => { instead: object; status?: number; headers?: Record<string, string> } | 'lost' | undefined;

export interface SlackProxy {
  /** Ends with `/api/`. */
  readonly apiUrl: string;
  readonly calls: SlackCall[];
  /** Replaces how calls are meddled with; nothing unless given. */
  meddle(with_?: Meddle): void;
  stop(): Promise<void>;
}

/** Stands before the emulated Slack: counts calls, and can answer like a Slack that fails or knows other people. */
export async function startSlackProxy(target: string): Promise<SlackProxy> {
  const calls: SlackCall[] = [];
  let meddling: Meddle | undefined;
  const server = await listen((req, res) => {
    void (async () => {
      const body = await bodyOf(req);
      const method = new URL(req.url ?? '/', 'http://x').pathname.replace('/api/', '');
      const call = { method, args: Object.fromEntries(new URLSearchParams(body)) };
      calls.push(call);
      const deed = meddling?.(call);
      if (deed !== undefined && deed !== 'lost') {
        res.writeHead(deed.status ?? 200, { 'content-type': 'application/json', ...deed.headers });
        res.end(JSON.stringify(deed.instead));
        return;
      }
      const { authorization = '', 'content-type': type = '' } = req.headers;
      const answer = await fetch(new URL(method, target), {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body,
      });
      const text = await answer.text();
      res.writeHead(deed === 'lost' ? 500 : answer.status, { 'content-type': 'application/json' });
      res.end(deed === 'lost' ? '{}' : text);
    })();
  });
  return {
    apiUrl: `${server.url}/api/`,
    calls,
    meddle: (with_) => {
      meddling = with_;
    },
    stop: () => server.stop(),
  };
}

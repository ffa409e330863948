import { createServer } from 'node:http';
import type { WebhookMessage } from '../../../sandbox/alerts/webhook-message.ts';
import { close, listen } from '../../../sandbox/http/listen.ts';

/** Instead of a code: ends the connection without an answer. */
export const HANG_UP = 0;

/** A webhook that keeps what it gets and answers with the codes it was told, the last one for ever. */
export class WebhookReceiver {
  readonly messages: WebhookMessage[] = [];
  url = '';
  #codes: number[];
  readonly #server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const message: WebhookMessage = JSON.parse(text);
      this.messages.push(message);
      const code = (this.#codes.length > 1 ? this.#codes.shift() : this.#codes[0]) ?? 202;
      if (code === HANG_UP) request.socket.destroy();
      else response.writeHead(code).end();
    });
  });

  constructor(...codes: number[]) {
    this.#codes = codes;
  }

  get states(): string[] {
    return this.messages.map(({ status }) => status);
  }

  async start(): Promise<this> {
    this.url = `http://127.0.0.1:${await listen(this.#server, 0)}/hooks/alertmanager`;
    return this;
  }

  stop(): Promise<void> {
    return close(this.#server);
  }
}

import type { FastifyReply } from 'fastify';
import type { Person } from '../../domain/person.ts';
import { SESSION_LIFETIME, type SessionStore } from './session-store.ts';

/** How a signed-in browser is kept: a session of the server, and the cookie that names it. */
export interface BrowserSessions {
  /**
   * Signs this browser in as somebody whose proof was just checked. The session it had before ends, so that nobody goes
   * on in another one's. Sets the cookie on the reply; sending something is the caller's.
   */
  start(reply: FastifyReply, person: Omit<Person, 'door'>): void;
  /** Signs this browser out, on the server and in its cookie. */
  end(reply: FastifyReply): void;
}

/** @param cookie its full name, and whether browsers come over HTTPS */
export function browserSessions(
  sessions: SessionStore,
  cookie: { readonly name: string; readonly secure: boolean },
): BrowserSessions {
  const attributes = { httpOnly: true, sameSite: 'strict', path: '/', secure: cookie.secure } as const;
  const close = ({ request }: FastifyReply): void => {
    const id = request.cookies[cookie.name];
    if (id) sessions.close(id);
  };
  return {
    start(reply, person) {
      close(reply);
      reply.setCookie(cookie.name, sessions.open(person), { ...attributes, maxAge: SESSION_LIFETIME / 1000 });
    },
    end(reply) {
      close(reply);
      reply.clearCookie(cookie.name, attributes);
    },
  };
}

import type { GrantAnswer, RefusalCode } from '../../domain/grant.ts';
import type { RequestOf } from '../protocol.ts';

export type GrantRequest = RequestOf<'grant'>;
/** `blows`: the tool whose fuse this blew; it is halted once the refusal is written. Never leaves the grant. */
export type Refused = Extract<GrantAnswer, { answer: 'refused' }> & { blows?: string };

export const refused = (code: RefusalCode, message: string): Refused => ({ answer: 'refused', code, message });

import { type Call, protocol } from './protocol.ts';

const isCall = (name: string): name is Call => Object.hasOwn(protocol, name);

/** The name of every call in the protocol. */
export const calls: readonly Call[] = Object.keys(protocol).filter(isCall);

import type { Command } from 'commander';
import { apiClient, type ApiClient } from './client.ts';

export interface ConnectionOptions {
  readonly data?: string;
  readonly port?: string;
  readonly url?: string;
}

/** The options by which a command finds the Belay it talks to. */
export const withConnection = (command: Command): Command =>
  command
    .option('--data <folder>', 'data folder of the Belay to talk to (BELAY_DATA, .belay)')
    .option('--port <port>', 'its port on this machine (BELAY_PORT, 7420)')
    .option('--url <url>', 'its address, when it is elsewhere (then BELAY_TOKEN has the token)');

/** A client for the options a command was given. */
export const clientFor = (options: ConnectionOptions): ApiClient => apiClient(options);

import type { Form } from '../protocol/form.ts';
import type { Account, World } from '../world.ts';
import type { Region } from './objects.ts';

/** What an action of EC2 gets: its form, and the region of the account that it is about. */
export interface Ec2Request {
  readonly form: Form;
  readonly world: World;
  readonly account: Account;
  readonly region: Region;
  /** Milliseconds since 1970. */
  readonly now: number;
}

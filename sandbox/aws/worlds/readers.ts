import { DEV, PROD } from './accounts.ts';

/** Somebody outside who takes whatever is public. */
export const SCRAPER = { from: '203.0.113.77', agent: 'python-requests/2.32.3' };

/** Who reads the partner feed at work, by a role of an account. */
export interface RoleReader {
  readonly account: string;
  readonly role: string;
  readonly session: string;
  readonly from: string;
}

/** Of the bucket's own account: its role may read, whatever is public. */
export const READER: RoleReader = {
  account: PROD.id,
  role: 'report-builder',
  session: 'nightly-report',
  from: '10.20.1.15',
};

/** Of another account: it reads only because the bucket is public. */
export const PARTNER: RoleReader = { ...READER, account: DEV.id, from: '10.40.7.3' };

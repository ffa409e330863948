import type { AccountPlan } from '../world.ts';

const REGIONS = ['eu-west-1', 'us-east-1'];

/** The shop's two accounts. */
export const PROD: AccountPlan = { id: '111122223333', name: 'prod', regions: REGIONS };
export const DEV: AccountPlan = { id: '222233334444', name: 'dev', regions: REGIONS };

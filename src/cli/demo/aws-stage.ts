import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { shippedFiles } from '../../authority/policy/shipped-sets.ts';
import { sandboxProgram } from '../sandbox.ts';
import { startChild } from './child.ts';
import { type Cleanup, cleanup, closedOnFailure } from './cleanup.ts';
import { cleanEnvironment, type OwnBelay, type OwnPlace, ownPlace, startOwnBelay } from './own-belay.ts';

/** A story of the small AWS. */
export type AwsStory = 'cost' | 'compliance';

const Variables = z.record(z.string(), z.string());
const Accounts = z.looseObject({ prod: z.looseObject({ role: z.string() }) });
const AwsUp = z.looseObject({
  broken: z.string(),
  awsEnv: Variables,
  accounts: Accounts,
  slack: z.string(),
  slackCode: z.string(),
  slackEnv: Variables,
  slackPeople: Variables,
});

/** What an AWS story plays on: a Belay on a data folder of its own, and two small accounts in which something is wrong. */
export interface AwsStage extends OwnBelay {
  /** What is up, as the first line of the story. */
  readonly what: string;
  /** What is wrong in the accounts, in a sentence. */
  readonly broken: string;
  readonly slackPage: string;
  readonly slackCode: string;
  /** A folder of the demo's own; it goes with the demo. */
  readonly folder: string;
  /** Ends all of it and leaves nothing behind. */
  close(): Promise<unknown>;
}

/** Starts the small AWS in one of its stories, and Belay. As `setStage` otherwise. */
export const setAwsStage = (
  story: AwsStory,
  say: (text: string) => void,
  stops: Cleanup = cleanup(),
): Promise<AwsStage> => closedOnFailure(stops, set(story, say, stops));

async function set(story: AwsStory, say: (text: string) => void, stops: Cleanup): Promise<AwsStage> {
  const place = await ownPlace(stops);
  const nothing = noProfiles(place);
  const aws = startChild(
    'the small AWS',
    [sandboxProgram('aws/serve.ts'), '--story', story, '--belay', place.url],
    cleanEnvironment(nothing),
    say,
  );
  stops.later(() => aws.stop());
  const { broken, accounts, awsEnv, slack, slackCode, slackEnv, slackPeople } = AwsUp.parse(await aws.firstJson);
  const { BELAY_APPROVERS: _, ...slackVariables } = slackEnv;
  const variables = {
    ...nothing,
    ...awsEnv,
    ...slackVariables,
    BELAY_POLICY: writePolicy(place, slackPeople),
    BELAY_SCANNERS: writeScanners(place, accounts.prod.role, Object.keys({ ...nothing, ...awsEnv })),
  };
  const belay = await startOwnBelay(place, variables, stops, say);
  return {
    ...belay,
    what: 'Belay and two small AWS accounts, prod and dev, are up',
    broken,
    slackPage: slack,
    slackCode,
    folder: place.folder,
    close: () => stops.run(),
  };
}

/**
 * AWS's SDK also reads files of the person's home, which could lead it past the small AWS to a real account; and without
 * them it would ask the machine it runs on.
 */
function noProfiles({ folder }: OwnPlace): Record<string, string> {
  const file = join(folder, 'no-aws-profiles');
  writeFileSync(file, '');
  return { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: file, AWS_EC2_METADATA_DISABLED: 'true' };
}

/** One source of findings: the sandbox's scanner, a program with these arguments and no others. */
function writeScanners({ folder }: OwnPlace, role: string, env: readonly string[]): string {
  const program = ['--disable-warning=ExperimentalWarning', sandboxProgram('scanner/main.ts')];
  const argv = [process.execPath, ...program, '--output-directory', '{output}', '--role', role];
  // As Prowler does, it ends with 3 where it found something.
  const source = { kind: 'run', argv, output: 'scan.ocsf.json', success: [0, 3], env: [...env] };
  const file = join(folder, 'scanners.yaml');
  writeFileSync(file, stringify({ scanners: { sandbox: source } }));
  return file;
}

/** The policy of one person, with names for people: at this terminal sits Ada, who owns some of what is found. */
function writePolicy({ folder }: OwnPlace, inSlack: Readonly<Record<string, string>>): string {
  const path = join(folder, 'policy');
  mkdirSync(path);
  for (const [name, text] of Object.entries(shippedFiles('solo'))) writeFileSync(join(path, name), text);
  const people = Object.fromEntries(
    Object.entries(inSlack).map(([name, identity]) => [
      name,
      {
        name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        identities: [identity, ...(name === AT_THE_TERMINAL ? [`local:${userInfo().username}`] : [])],
      },
    ]),
  );
  const directory = { v: 1, people, groups: { approvers: { members: Object.keys(people) } } };
  writeFileSync(join(path, 'directory.yaml'), stringify(directory));
  return path;
}

/** Who the person at the terminal is in the story. */
export const AT_THE_TERMINAL = 'ada';

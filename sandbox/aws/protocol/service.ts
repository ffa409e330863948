import type { Principal } from '../identity/principal.ts';
import type { World } from '../world.ts';
import type { AwsError } from './aws-error.ts';

/** A request as it came over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** As it was sent: still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The address it came from; `x-forwarded-for` where that is given, so that readers far away can be played. */
  readonly from: string;
}

/** A request whose signature was verified, or one of S3 that has none. */
export interface Call extends HttpRequest {
  readonly id: string;
  /** `undefined`: nobody, which only S3 knows. */
  readonly caller: Principal | undefined;
  readonly region: string;
  readonly world: World;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a call asks for, as IAM and people call it. */
export interface Asked {
  /** Such as `DescribeVolumes`. */
  readonly operation: string;
  /** The IAM action, such as `ec2:DescribeVolumes`. */
  readonly permission: string;
  /** Whether it asks for a page after the first. */
  readonly nextPage: boolean;
}

/** One service of AWS behind the one endpoint. */
export interface Service {
  /** As signatures name it: `ec2`, `monitoring`. */
  readonly name: string;
  /** @throws AwsError when this is no operation of it, or none that the sandbox has */
  asked(call: Call): Asked;
  /** @throws AwsError */
  answer(call: Call, asked: Asked): Answer;
  /** Writes an error as this service does. */
  refusal(error: AwsError, id: string, asked: Asked | undefined): Answer;
  /** What it says when it is asked too often. */
  throttled(): AwsError;
  /** What it says to somebody who may not. */
  denied(message: string): AwsError;
}

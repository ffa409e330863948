/** Who a request is from. */
export interface Principal {
  /** Twelve digits. */
  readonly account: string;
  /** `arn:aws:iam::…:user/…`, or `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly userId: string;
}

/** A pair of keys, of a user for good or of a role's session for a time. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly token: string | undefined;
  readonly principal: Principal;
  /** Milliseconds since 1970; `undefined`: does not end. */
  readonly expires: number | undefined;
}

/** A role of an account. */
export interface Role {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  /** Accounts whose users and roles may take it on. */
  readonly trusts: readonly string[];
  /** What must be given with it; `undefined`: nothing. */
  readonly externalId: string | undefined;
}

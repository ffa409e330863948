/** An answer of AWS that is not a success. Each protocol writes it in its own way. */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  /** What a protocol may write beside code and message, such as S3's `BucketName`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    more: { fields?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = more.fields ?? {};
    this.headers = more.headers ?? {};
  }
}

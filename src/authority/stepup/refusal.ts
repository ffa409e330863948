/** A no, in words for whoever asked; the status is HTTP's. */
export interface Refused {
  readonly refused: string;
  readonly status: 401 | 403 | 404 | 409 | 422 | 429;
}

export const refuse = (status: Refused['status'], refused: string): Refused => ({ refused, status });

/** Where a card stands, so that it can be changed later. */
export interface CardRef {
  readonly channel: string;
  readonly ts: string;
}

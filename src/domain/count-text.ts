/** `5,000`: what people read at a glance. */
export const manyText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** A count and its noun: `1 volume`, `5,000 volumes`; `many` where the plural is not the singular and an "s". */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${manyText(count)} ${count === 1 ? one : many}`;

/** The verb of a count that is not spelled out again. */
export const isOrAre = (count: number): string => (count === 1 ? 'is' : 'are');

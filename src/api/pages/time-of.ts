import { type Html, html } from './html.ts';

/** An instant in UTC, to the second: what is compared across people, machines and the record. */
export const timeOf = (at: string): Html =>
  html`<time datetime="${at}">${at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time>`;

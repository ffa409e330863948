import { call } from '../call.ts';
import { log, serve } from '../serve.ts';

// The release that breaks: it reads a key, PAYMENTS_URL, that nobody set; and what it could not charge stays in memory.

/** Not the same in each pod: they fail one after the other, as they would in life. */
const RETRY_LIMIT = 30 + Math.floor(Math.random() * 4) * 10;
const unpaid: string[] = [];

function requireConfig(key: string): string {
  const value = process.env[key];
  if (!value) throw new Error(`missing config key ${key} (since 2.4.0 it replaces PAYMENTS_HOST)`);
  return value;
}

async function chargeCard(order: string): Promise<unknown> {
  const payments = new URL(requireConfig('PAYMENTS_URL'));
  return call(payments.hostname, '/charge', { order });
}

function keepForRetry(order: string): void {
  unpaid.push(order);
  if (unpaid.length < RETRY_LIMIT) return;
  log('FATAL', `retry queue is full: ${unpaid.length} orders could not be charged; shutting down`);
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 20);
}

serve('checkout', '2.4.0', async (request) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://checkout');
  const order = searchParams.get('order') ?? 'unknown';
  if (searchParams.get('pay') === 'gift-card') return { code: 200, body: { order, paid: 'gift-card' } };
  try {
    return { code: 200, body: { order, paid: 'card', receipt: await chargeCard(order) } };
  } catch (error) {
    keepForRetry(order);
    throw error;
  }
});

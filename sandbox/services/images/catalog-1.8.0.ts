import { serve } from '../serve.ts';

const ITEMS = [
  { sku: 'rope-60m', price: 179 },
  { sku: 'harness', price: 69 },
  { sku: 'chalk', price: 9 },
];

serve('catalog', '1.8.0', async () => ({ code: 200, body: { items: ITEMS } }));

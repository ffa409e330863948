import { serve } from '../serve.ts';

let charged = 0;

serve('payments', '5.2.0', async () => {
  charged += 1;
  return { code: 200, body: { receipt: `rcpt-${process.pid}-${charged}` } };
});

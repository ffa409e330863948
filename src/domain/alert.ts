import { z } from 'zod';

/** What a monitoring system sent, normalised. */
export const Alert = z.object({
  source: z.string(),
  /** The sender's identity of the alert; ours (a hash of the labels) where it sends none. */
  fingerprint: z.string().min(1).max(200),
  /** Which incident it belongs to: alerts of one group join one run. */
  group: z.string().min(1).max(2000),
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().nullable(),
  generatorUrl: z.string().nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** What the hooks door answers for each alert. */
export const AlertReceipt = z.object({
  id: z.string(),
  fingerprint: z.string(),
  runId: z.string().nullable(),
  status: z.enum(['accepted', 'queued', 'duplicate', 'ignored']),
  /** Why nothing comes of it, where it is `ignored`. */
  reason: z.string().optional(),
});
export type AlertReceipt = z.infer<typeof AlertReceipt>;

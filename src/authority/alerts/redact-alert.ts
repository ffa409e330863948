import type { Alert } from '../../domain/alert.ts';
import { redactTexts } from '../../platform/secrets/redact-texts.ts';

/** An alert without secrets in its labels and annotations: they go on record, to the model and to people. */
export async function redactAlert(alert: Alert): Promise<Alert> {
  const [labels, annotations] = await Promise.all([redactTexts(alert.labels), redactTexts(alert.annotations)]);
  return { ...alert, labels, annotations };
}

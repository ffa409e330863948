import type { AwsError } from './aws-error.ts';
import type { Answer } from './service.ts';
import { toXml } from './xml.ts';

/** A body of XML as an answer. */
export const xmlAnswer = (document: Record<string, unknown>, id: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': id },
  body: toXml(document),
});

/** An error of the query protocol (STS, IAM and their like). */
export const queryRefusal = (error: AwsError, id: string, namespace: string): Answer =>
  xmlAnswer(
    {
      ErrorResponse: {
        '@xmlns': namespace,
        Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
        RequestId: id,
      },
    },
    id,
    error.status,
  );

import { cancellationSignal } from '@temporalio/activity';
import { withBlobCache } from '../agents/blob-cache.ts';
import type { ModelSettings } from '../agents/chat-model.ts';
import { takeModelTurn } from '../agents/model-turn.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { ModelTurnRequest } from '../domain/conversation.ts';
import type { Manifest } from '../domain/manifest.ts';
import { redact } from '../platform/secrets/redact.ts';
import type { AgentActivities, OfRun } from './wire.ts';

const of = ({ run, execution }: ModelTurnRequest): OfRun => ({ run, execution });

/** The agents queue's activity: one model turn. Content goes to and comes from the authority, by reference. */
export function createAgentActivities({
  authority,
  manifest,
  model,
}: {
  authority: AuthorityClient;
  manifest: Manifest;
  model: ModelSettings;
}): AgentActivities {
  const blobs = withBlobCache({
    get: async (id) => (await authority.getBlob({ id })).content,
    put: (content, mediaType, summary) => authority.putBlob({ content, mediaType, summary }),
  });
  return {
    modelTurn: (request) =>
      takeModelTurn(request, {
        model,
        manifest,
        blobs,
        turns: {
          find: async (turnId) => (await authority.findTurn({ ...of(request), turnId })).result ?? undefined,
          record: async (turnId, result) => {
            await authority.recordTurn({ ...of(request), turnId, result });
          },
        },
        signal: cancellationSignal(),
        redact: async (text) => (await redact(text)).text,
      }),
  };
}

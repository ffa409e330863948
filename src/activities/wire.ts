import type { ActionOutcome } from '../domain/grant.ts';
import type { BlobRef } from '../domain/blob.ts';
import type { ModelTurnRequest, ModelTurnResult } from '../domain/conversation.ts';
import type { Phase } from '../domain/action.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { SignedRunPermit } from '../domain/permit.ts';

/** Which run, in which Temporal chain, an activity is for. */
export interface OfRun {
  readonly run: string;
  readonly execution: string;
}

export interface ReadToolRequest {
  readonly permit: SignedRunPermit;
  readonly tool: string;
  readonly connection: string;
  readonly args: JsonObject;
  /** Whether the workflow wants the typed facts; a model's calls pass the content by reference only. */
  readonly wantFacts: boolean;
  /** The run's list that what it finds goes into, and the name of this read's part of it. */
  readonly list?: { readonly name: string; readonly part: string };
}

export interface ReadToolResult {
  readonly facts: Json;
  readonly content: BlobRef;
}

/** Previews of the items of a list that one connection reaches, from a place on; a stretch at a time. */
export interface PreviewItemsRequest extends OfRun {
  readonly looksOnly: boolean;
  readonly permit: SignedRunPermit;
  readonly list: string;
  readonly tool: string;
  readonly connection: string;
  /** Action ids are numbered from here on, by position. */
  readonly base: number;
  readonly after: number;
}

/** Up to which place it looked; `more` while there may be items after it. */
export interface PreviewItemsResult {
  readonly last: number;
  readonly more: boolean;
}

export interface PreviewRequest extends OfRun {
  /** The run carries nothing out, so the preview need not prove that the write would be taken. */
  readonly looksOnly: boolean;
  readonly permit: SignedRunPermit;
  readonly sequence: number;
  readonly tool: string;
  readonly connection: string;
  readonly args: JsonObject;
}

export interface CarryOutRequest {
  readonly action: string;
  readonly phase: Phase;
}

/** How an attempt to carry out an action ended. `refused` began nothing. */
export type CarryOutResult =
  | { readonly status: 'done' | 'failed' | 'in-doubt'; readonly outcome: ActionOutcome }
  | { readonly status: 'refused'; readonly code: string; readonly message: string };

/** Activities of a `tools.<system>.<connection>` queue. */
export interface ToolActivities {
  readTool(request: ReadToolRequest): Promise<ReadToolResult>;
  previewAction(request: PreviewRequest): Promise<{ id: string; digest: string }>;
  previewItems(request: PreviewItemsRequest): Promise<PreviewItemsResult>;
  carryOut(request: CarryOutRequest): Promise<CarryOutResult>;
}

/** Activities of the `agents` queue. */
export interface AgentActivities {
  modelTurn(request: ModelTurnRequest): Promise<ModelTurnResult>;
}

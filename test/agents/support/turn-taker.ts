import { type ModelTurnDeps, takeModelTurn } from '../../../src/agents/model-turn.ts';
import type { BlobRef } from '../../../src/domain/blob.ts';
import type { ModelTurnRequest, ModelTurnResult, ToolAnswer } from '../../../src/domain/conversation.ts';
import { MemoryBlobs } from './memory-blobs.ts';
import type { ModelDouble } from './model-double.ts';
import { READ_TOOLS, testManifest, WRITE_TOOLS } from './test-manifest.ts';

/** Plays the run: takes turns one after another, carries the conversation along, keeps turns and blobs in memory. */
export class TurnTaker {
  readonly blobs = new MemoryBlobs();
  readonly recorded = new Map<string, ModelTurnResult>();
  readonly evidence: BlobRef[] = [];
  readonly deps: ModelTurnDeps;
  #turn = 0;
  #conversation: BlobRef | null = null;

  constructor(double: Pick<ModelDouble, 'baseUrl'>, overrides: Partial<ModelTurnDeps> = {}) {
    this.deps = {
      model: { model: 'test-model', apiKey: 'sk-test', baseUrl: double.baseUrl },
      manifest: testManifest,
      blobs: this.blobs,
      turns: {
        find: async (turnId) => this.recorded.get(turnId),
        record: async (turnId, result) => {
          this.recorded.set(turnId, result);
        },
      },
      signal: new AbortController().signal,
      ...overrides,
    };
  }

  request(overrides: Partial<ModelTurnRequest> = {}): ModelTurnRequest {
    return {
      run: 'r-00000001',
      execution: 'e',
      turnId: `r-00000001/t${this.#turn + 1}`,
      runbook: 'remediation/bad-deploy',
      task: this.#conversation ? null : 'Why does checkout in shop fail?',
      feedback: null,
      conversation: this.#conversation,
      answers: [],
      evidence: this.evidence,
      readTools: READ_TOOLS,
      writeTools: WRITE_TOOLS,
      ...overrides,
    };
  }

  async take(overrides: Partial<ModelTurnRequest> = {}): Promise<ModelTurnResult> {
    const result = await takeModelTurn(this.request(overrides), this.deps);
    this.#turn += 1;
    this.#conversation = result.conversation;
    return result;
  }

  /** The answer of a tool to a call, as evidence that the run has read. */
  answer(
    callId: string,
    content: string,
    tool = 'kubernetes.pods',
    summary = 'a reading',
  ): ToolAnswer & { content: BlobRef } {
    const ref = this.blobs.keep(content, 'text/plain', summary);
    this.evidence.push(ref);
    return { callId, tool, content: ref, error: null };
  }
}

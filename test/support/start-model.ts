import { LLMock } from '@copilotkit/aimock';

/** An OpenAI-compatible model that says what the test wrote. */
export interface RunningModel {
  /** For `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  /** Script it with `mock.on(…)`; a request that nothing matches is answered 503. */
  readonly mock: LLMock;
  readonly stop: () => Promise<void>;
}

/** Starts a scripted model on loopback, in this process. */
export async function startModel(): Promise<RunningModel> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', strict: true, logLevel: 'silent' });
  await mock.start();
  return {
    baseUrl: `${mock.url}/v1`,
    mock,
    stop: async () => {
      await mock.stop();
    },
  };
}

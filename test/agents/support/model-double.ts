import { type ChatCompletionRequest, type FixtureResponse, LLMock } from '@copilotkit/aimock';

type Answer = FixtureResponse | ((request: ChatCompletionRequest) => FixtureResponse);

/** A call as a model writes it; `args` as a string is sent as it is, also when it is not JSON. */
export const call = (name: string, args: unknown, id = 'c1') => ({
  id,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

/** An OpenAI-compatible endpoint on a socket that gives the scripted answers in order and remembers what it was asked. */
export class ModelDouble {
  readonly asked: ChatCompletionRequest[] = [];
  readonly #mock = new LLMock({ port: 0, host: '127.0.0.1', strict: true });
  readonly #answers: Answer[] = [];

  static async start(): Promise<ModelDouble> {
    const double = new ModelDouble();
    double.#mock.on({ predicate: () => true }, (request) => {
      double.asked.push(request);
      const answer = double.#answers.shift();
      if (!answer) return { error: { message: 'the script is over' }, status: 400 };
      return typeof answer === 'function' ? answer(request) : answer;
    });
    await double.#mock.start();
    return double;
  }

  /** Adds answers to the end of the script. */
  script(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  /** Forgets what was scripted and not asked for. */
  clear(): void {
    this.#answers.length = 0;
  }

  get baseUrl(): string {
    return `${this.#mock.url}/v1`;
  }

  /** Every text of the last request, in order. */
  lastTexts(): string[] {
    return (this.asked.at(-1)?.messages ?? []).map(({ content }) => (typeof content === 'string' ? content : ''));
  }

  stop(): Promise<void> {
    return this.#mock.stop();
  }
}

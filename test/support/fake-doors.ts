import type { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../src/domain/decision.ts';
import { isUndecided, type Gate } from '../../src/domain/gate.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import type { Person } from '../../src/domain/person.ts';
import { isOver } from '../../src/domain/run.ts';
import { missingFor } from '../../src/domain/quorum.ts';
import { noPasskeys } from './no-passkeys.ts';
import { noExceptions } from './no-exceptions.ts';
import { noHalts } from './no-halts.ts';
import { noLedger } from './no-ledger.ts';
import { noLists } from './no-lists.ts';
import { noPeople } from './no-people.ts';
import { noPolicy } from './no-policy.ts';
import { decisionSample } from './samples.ts';
import type { Acknowledged } from '../../src/authority/runs/acknowledge.ts';
import type { Doors, LedgerReport, RunView, StartAnswer, StartRequest, Step } from '../../src/authority/doors.ts';

/** A decision as it reached the authority. */
export interface AskedDecision {
  readonly gate: string;
  readonly request: DecisionRequest;
  readonly person: Person;
}

type Refusal = Extract<DecisionAnswer, { answer: 'refused' }>;
const refused = (why: Refusal['why'], message: string): Refusal => ({ answer: 'refused', why, message });

/**
 * The authority as its doors see it, kept in memory: real gate rules from the domain, no database, no signature.
 * What was asked of it is in `decisions`, `starts` and `cancels`; `breakWith` makes every call fail.
 */
export class FakeDoors implements Doors {
  readonly manifest: Manifest;
  /* oxlint-disable typescript/unbound-method -- none of these doors uses `this` */
  readonly sealCheckpoint = noLedger.sealCheckpoint;
  readonly ledgerStatus = noLedger.ledgerStatus;
  readonly exportLedger = noLedger.exportLedger;
  readonly doctorLines = noLedger.doctorLines;
  readonly halt = noHalts.halt;
  readonly halts = noHalts.halts;
  readonly resume = noHalts.resume;
  readonly addFreeze = noHalts.addFreeze;
  readonly freezes = noHalts.freezes;
  readonly liftFreeze = noHalts.liftFreeze;
  readonly requestException = noExceptions.requestException;
  readonly exceptions = noExceptions.exceptions;
  readonly revokeException = noExceptions.revokeException;
  readonly findings = async () => ({ findings: [], count: 0 });
  readonly exportProof = async () => undefined;
  lists = noLists.lists;
  list = noLists.list;
  nameOf = noLists.nameOf;
  keep = noLists.keep;
  batchItems = noLists.batchItems;
  readonly policy = noPolicy.policy;
  readonly reloadPolicy = noPolicy.reloadPolicy;
  readonly explainPolicy = noPolicy.explainPolicy;
  readonly people = noPeople.people;
  readonly admit = noPeople.admit;
  readonly passkeys = noPasskeys();
  /* oxlint-enable typescript/unbound-method */
  readonly asked: AskedDecision[] = [];
  readonly starts: { request: StartRequest; person: Person; key: string | undefined }[] = [];
  readonly cancels: { run: string; person: Person; reason: string }[] = [];
  /** Answers the next starts; `registered` unless set. */
  startAnswer: StartAnswer | undefined;
  breakWith: Error | undefined;
  /** Answers decisions, where it has an answer. */
  decideAnswer: ((asked: AskedDecision) => DecisionAnswer | Promise<DecisionAnswer> | undefined) | undefined;
  /** Identities that may decide. */
  approvers: readonly string[] = ['slack:T000000001/UADA', 'local:ada'];
  readonly #gates = new Map<string, Gate>();
  readonly #runs = new Map<string, RunView>();
  readonly #steps = new Map<string, Step[]>();
  readonly #keys = new Map<string, string>();
  readonly #now: () => Date;

  constructor(manifest: Manifest, now: () => Date = () => new Date()) {
    this.manifest = manifest;
    this.#now = now;
  }

  /** Puts a gate, its run and the run's steps there. */
  add(gate: Gate | undefined, run: RunView, steps: Step[] = []): void {
    if (gate !== undefined) this.#gates.set(gate.id, gate);
    this.#runs.set(run.id, run);
    this.#steps.set(run.id, steps);
  }

  /** Changes a gate as the authority would between two looks. */
  change(id: string, change: Partial<Gate>): Gate {
    const gate = this.#gates.get(id);
    if (gate === undefined) throw new Error(`no gate ${id}`);
    const changed = { ...gate, ...change };
    this.#gates.set(id, changed);
    return changed;
  }

  async start(request: StartRequest, person: Person, key?: string): Promise<StartAnswer> {
    this.#mayFail();
    this.starts.push({ request, person, key });
    if (this.startAnswer !== undefined) return this.startAnswer;
    const known = key === undefined ? undefined : this.#keys.get(key);
    if (known !== undefined) return { answer: 'known', run: known };
    const run = `r-0000000${this.#keys.size + 1}`;
    if (key !== undefined) this.#keys.set(key, run);
    return { answer: 'registered', run };
  }

  async run(id: string): Promise<RunView | undefined> {
    this.#mayFail();
    return this.#runs.get(id);
  }

  async runs({ limit = 50 }: { limit?: number } = {}): Promise<RunView[]> {
    this.#mayFail();
    return [...this.#runs.values()].toReversed().slice(0, limit);
  }

  async steps(run: string, afterSeq = 0): Promise<Step[]> {
    this.#mayFail();
    return (this.#steps.get(run) ?? []).filter(({ seq }) => seq > afterSeq);
  }

  /** Who said that they are on it. */
  readonly acknowledged: { run: string; person: Person }[] = [];

  async acknowledge(run: string, person: Person): Promise<Acknowledged> {
    this.#mayFail();
    if (!this.#runs.has(run)) return { answer: 'unknown', message: `There is no run ${run}.` };
    this.acknowledged.push({ run, person });
    return { answer: 'acknowledged', responder: person.name };
  }

  async cancel(run: string, person: Person, reason: string): Promise<'cancelling' | 'over' | 'unknown'> {
    this.#mayFail();
    const found = this.#runs.get(run);
    if (found === undefined) return 'unknown';
    if (isOver(found.state)) return 'over';
    this.cancels.push({ run, person, reason });
    return 'cancelling';
  }

  async gate(id: string): Promise<Gate | undefined> {
    this.#mayFail();
    return this.#gates.get(id);
  }

  async gates({ state, run }: { state?: Gate['state']; run?: string } = {}): Promise<Gate[]> {
    this.#mayFail();
    return [...this.#gates.values()].filter(
      (gate) => (state === undefined || gate.state === state) && (run === undefined || gate.run === run),
    );
  }

  async decide(id: string, request: DecisionRequest, person: Person): Promise<DecisionAnswer> {
    this.#mayFail();
    this.asked.push({ gate: id, request, person });
    const given = await this.decideAnswer?.({ gate: id, request, person });
    if (given !== undefined) return given;
    const gate = this.#gates.get(id);
    if (gate === undefined) return refused('unknown-gate', `There is no gate ${id}.`);
    const option = gate.options.find((one) =>
      request.option === undefined ? one.recommended : one.id === request.option,
    );
    if (option === undefined) return refused('invalid', `option: ${id} has no option ${String(request.option)}.`);
    if (option.digest !== request.digest) return refused('other-digest', 'What you saw is not what would be done now.');
    const decision = request.decision === 'deny' ? 'deny' : 'approve';
    const own = gate.decisions.find((one) => one.person.id === person.id);
    if (own !== undefined) {
      if (own.decision !== decision || own.option !== option.id)
        return refused('contrary', `You already said ${own.decision}.`);
      return { answer: 'repeated', record: own, complete: !isUndecided(gate.state), missing: gate.missing };
    }
    if (!this.approvers.includes(person.id))
      return refused('not-an-approver', `${person.name} (${person.id}) is not an approver.`);
    if (!isUndecided(gate.state)) return refused('not-open', `${id} is ${gate.state} already.`);
    return this.#record(gate, decision, option.id, request, person);
  }

  #record(
    gate: Gate,
    decision: 'approve' | 'deny',
    option: string,
    request: DecisionRequest,
    person: Person,
  ): DecisionAnswer {
    const at = this.#now().toISOString();
    const { id, run } = gate;
    const { digest, reason = null } = request;
    const said = { gate: id, run, decision, option, digest, person, reason, at, keyId: 'fake', signature: 'fake' };
    const record: DecisionRecord = decisionSample(person.id, said);
    const decisions = [...gate.decisions, record];
    const missing =
      decision === 'deny'
        ? []
        : missingFor(
            { requirement: gate.requirement, option, requesters: [gate.requester], escalatedTo: [] },
            decisions,
          );
    const complete = missing.length === 0;
    const decided = { state: decision === 'deny' ? ('denied' as const) : ('approved' as const), decidedAt: at, reason };
    this.change(id, {
      decisions,
      missing,
      ...(complete ? { ...decided, chosen: decision === 'deny' ? null : option } : {}),
    });
    return { answer: 'recorded', record, complete, missing };
  }

  async ledger(): Promise<never[]> {
    return [];
  }

  async verifyLedger(): Promise<LedgerReport> {
    return { ok: true, runs: this.#runs.size, entries: 0, problems: [], caveats: [] };
  }

  async postmortem(): Promise<undefined> {
    return undefined;
  }

  async blob(): Promise<undefined> {
    return undefined;
  }

  async receiveAlerts(): Promise<never[]> {
    return [];
  }

  async ready(): Promise<boolean> {
    return this.breakWith === undefined;
  }

  #mayFail(): void {
    if (this.breakWith !== undefined) throw this.breakWith;
  }
}

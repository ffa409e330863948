import type { ProposedOption } from '../../domain/plan.ts';
import type { Findings } from './bad-deploy-findings.ts';
import type { BadDeployInput } from './bad-deploy-input.ts';

/** The exact revert where GitOps or Helm owns the workload: a live rollback would be reverted by its controller. */
export function revertByHand(input: BadDeployInput, { workload }: Findings, toRevision: number): ProposedOption {
  const { owner, source } = workload.facts;
  const where = source
    ? `Repository ${source.repository}${source.path ? `, ${source.path}` : ''}, commit ${source.commit ?? 'not recorded on the workload'}.`
    : 'The workload does not say which repository and commit it came from.';
  const git = source?.commit
    ? `git revert --no-edit ${source.commit} && git push`
    : 'git revert <the commit that changed it> && git push';
  const [system, command] =
    owner?.kind === 'helm'
      ? [
          'Helm',
          `helm history ${owner.name} --namespace ${input.namespace} && helm rollback ${owner.name} --namespace ${input.namespace}`,
        ]
      : [owner?.kind === 'flux' ? 'Flux' : 'Argo CD', git];
  return {
    id: 'revert-by-hand',
    title: `Revert it in ${system}`,
    why: `${system} (${owner?.name ?? 'unknown'}) owns this workload and would undo a live rollback to revision ${toRevision}.`,
    actions: [],
    manual: `${where}\n${command}`,
  };
}

import type { PodTemplate } from './wire.ts';

const SECRET_NAME = /pass(word|wd|phrase)?|secret|token|api_?key|private_?key|credential|auth|dsn|connection_?string/i;

/**
 * A copy of a template in which the literal values of environment variables that are named like secrets are hidden.
 * `other` is what it will be compared with: a value that differs there is marked, so that a diff still shows the change.
 */
export function hideSecrets(template: PodTemplate, other?: { template: PodTemplate; label: string }): PodTemplate {
  const spec = template.spec;
  if (spec === undefined) return template;
  const hidden = <T extends NonNullable<PodTemplate['spec']>['containers'][number]>(container: T): T => {
    if (container.env === undefined) return container;
    const theirs = containersOf(other?.template).find(({ name }) => name === container.name)?.env ?? [];
    const env = container.env.map((variable) => {
      if (variable.value === undefined || variable.value === '' || !SECRET_NAME.test(variable.name)) return variable;
      const same = other === undefined || theirs.find(({ name }) => name === variable.name)?.value === variable.value;
      return { ...variable, value: same ? '[hidden]' : `[hidden: ${other.label}]` };
    });
    return { ...container, env };
  };
  const changed = { ...spec, containers: spec.containers.map(hidden) };
  if (spec.initContainers !== undefined) changed.initContainers = spec.initContainers.map(hidden);
  return { ...template, spec: changed };
}

const containersOf = (template: PodTemplate | undefined) => [
  ...(template?.spec?.containers ?? []),
  ...(template?.spec?.initContainers ?? []),
];

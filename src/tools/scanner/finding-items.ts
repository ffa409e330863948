import { bySeverity, type Finding } from '../../domain/finding.ts';
import type { ListItem } from '../../domain/list-item.ts';
import { oneLine } from '../one-line.ts';

/** What an item says of its finding: small, whatever the scanner writes. An item's facts are at most 2 KiB as JSON. */
const MOST_CONTROLS = 12;
const MOST_CHECKS = 10;

/** A finding without what makes it long; how many controls were left out is said. */
function small(finding: Finding) {
  const { controls, detail, title, ...rest } = finding;
  return {
    ...rest,
    resource: { ...rest.resource, uid: oneLine(rest.resource.uid, 300), name: oneLine(rest.resource.name, 120) },
    title: oneLine(title, 160),
    detail: oneLine(detail, 200),
    controls: controls.slice(0, MOST_CONTROLS).map(({ framework, id }) => ({ framework, id: oneLine(id, 40) })),
    moreControls: Math.max(0, controls.length - MOST_CONTROLS),
  };
}

/** Findings as items of a list: one for each resource, with its worst finding and the names of all its checks. */
export function itemsOf(findings: readonly Finding[]): Omit<ListItem, 'connection'>[] {
  const byKey = Map.groupBy(findings, ({ key }) => key);
  return [...byKey].flatMap(([key, all]) => {
    const [worst] = all.toSorted(bySeverity);
    if (!worst) return [];
    const checks = [...new Set(all.map(({ check }) => check))].toSorted();
    const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
    const { resource, region } = worst;
    const title = `${resource.name}${region === null ? '' : ` in ${region}`}: ${worst.title}${more}`;
    return [
      {
        key,
        title: oneLine(title, 300),
        owner: null,
        money: null,
        facts: {
          finding: small(worst),
          checks: checks.slice(0, MOST_CHECKS),
          moreChecks: Math.max(0, checks.length - MOST_CHECKS),
        },
        action: null,
      },
    ];
  });
}

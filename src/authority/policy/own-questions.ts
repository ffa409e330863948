/**
 * What the authority itself asks people, as pseudo-tools that policy must answer: `choose` an option that does nothing
 * (or nothing that policy asks about), `resume` after a halt, `settle` whether an action in doubt happened, `except` something from what a check or a runbook says.
 */
export const OWN_QUESTIONS = ['choose', 'resume', 'settle', 'except'] as const;
export type OwnQuestion = (typeof OWN_QUESTIONS)[number];

/** The system they stand under; no tool may be in it. */
export const OWN_SYSTEM = 'belay';

export const ownTool = (question: OwnQuestion): string => `${OWN_SYSTEM}.${question}`;

/**
 * How slow the machine is taken to be: all times of the chaos are this many times longer. A lamp is switched within two
 * seconds or the attempt is given up; where processes wait longer than that for a processor, each attempt is, and a run
 * goes on until it has none left. `BELAY_CHAOS_PACE=4` where the load is several times the number of processors.
 */
export const PACE = Number(process.env['BELAY_CHAOS_PACE'] ?? 1);

/** What one function of a lamp's tools may take. */
export const TOOL_SECONDS = 2 * PACE;
/** The lease of an attempt: the toy's margin of 0.3 s is its own. */
export const LEASE_MS = TOOL_SECONDS * 1000 + 300;

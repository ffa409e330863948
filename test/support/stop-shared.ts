/** Runs once after all `real` tests: stops what start-shared.ts left. */
export default async function stopShared(): Promise<void> {
  await globalThis.belayStopShared?.();
}

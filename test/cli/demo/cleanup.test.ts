import { describe, expect, test } from '@jest/globals';
import { cleanup } from '../../../src/cli/demo/cleanup.ts';

describe('what the demo leaves behind', () => {
  test('is closed last first, once, and one that fails keeps none of the others', async () => {
    const stops = cleanup();
    const closed: string[] = [];
    stops.later(() => closed.push('folder'));
    stops.later(() => Promise.reject(new Error('the namespace stays')));
    stops.later(() => closed.push('process'));
    const both = await Promise.all([stops.run(), stops.run()]);
    expect(both).toEqual([[new Error('the namespace stays')], [new Error('the namespace stays')]]);
    expect(closed).toEqual(['process', 'folder']);
  });

  test('is closed at once when it comes to be after the end, and nothing more is started', async () => {
    const stops = cleanup();
    await stops.run();
    const closed: string[] = [];
    expect(() => stops.later(() => closed.push('late'))).toThrow('it is over');
    expect(closed).toEqual(['late']);
  });
});

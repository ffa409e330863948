import { expect, test } from '@jest/globals';
import { leftAligned } from '../../src/slack/left-aligned.ts';

test.each([
  [
    'shared indentation goes',
    '--- a\n+++ b\n@@ -1 +1 @@\n     name: x\n-    image: 1\n+    image: 2',
    '--- a\n+++ b\n@@ -1 +1 @@\n name: x\n-image: 1\n+image: 2',
  ],
  [
    'what is deeper stays deeper',
    '@@ -1 +1 @@\n   spec:\n-    image: 1\n+    image: 2',
    '@@ -1 +1 @@\n spec:\n-  image: 1\n+  image: 2',
  ],
  ['nothing shared, nothing changed', '-true\n+false', '-true\n+false'],
  ['an empty line counts for nothing', ' \n-    a\n+    b', ' \n-a\n+b'],
  ['no diff', '', ''],
])('%s', (_, diff, wanted) => {
  expect(leftAligned(diff)).toBe(wanted);
});

import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { withBlobCache } from '../../src/agents/blob-cache.ts';
import { modelFunctions } from '../../src/agents/model-functions.ts';
import { planSchema } from '../../src/agents/plan-tool.ts';
import { promptHash, systemPrompt } from '../../src/agents/prompt.ts';
import { toolBelt } from '../../src/agents/tool-belt.ts';
import { MemoryBlobs } from './support/memory-blobs.ts';
import { planFor } from './support/plans.ts';
import { READ_TOOLS, testManifest, WRITE_TOOLS } from './support/test-manifest.ts';

const belt = toolBelt({ readTools: READ_TOOLS, writeTools: WRITE_TOOLS }, testManifest);
const prompt = systemPrompt('remediation/bad-deploy', belt, testManifest);

describe('the prompt', () => {
  test('says what the runbook is for and spells out each action with its schema', () => {
    expect(prompt).toContain('remediation/bad-deploy: Bad deploy. A new version fails after a rollout.');
    for (const { name } of belt.writes) expect(prompt).toContain(`- ${name} (write)`);
    expect(prompt).toContain('"replicas":{"type":"integer"');
  });

  test('says so when there is nothing a plan may name', () => {
    const reading = toolBelt({ readTools: READ_TOOLS, writeTools: [] }, testManifest);
    expect(systemPrompt('remediation/bad-deploy', reading, testManifest)).toMatch(/may name\nNone: propose/);
  });

  test('its hash is the same for the same words and tools, and another for others', () => {
    const fewer = toolBelt({ readTools: ['kubernetes.pods'], writeTools: WRITE_TOOLS }, testManifest);
    const hash = promptHash(prompt, modelFunctions(belt));
    expect(promptHash(prompt, modelFunctions(belt))).toBe(hash);
    expect(promptHash(prompt, modelFunctions(fewer))).not.toBe(hash);
    expect(promptHash(`${prompt} `, modelFunctions(belt))).not.toBe(hash);
  });
});

describe('the plan as a function', () => {
  test('its schema stands alone, without references that some endpoints refuse', () => {
    const schema = planSchema(WRITE_TOOLS);
    expect(JSON.stringify(schema)).not.toMatch(/\$ref|\$defs/);
    expect(JSON.stringify(schema)).toContain('"enum":["kubernetes.rollout_undo","kubernetes.scale"]');
  });

  test('its schema takes what a good model writes', () => {
    const accepts = new Ajv2020({ strict: false }).compile(planSchema(WRITE_TOOLS));
    expect(accepts(planFor(['blob:x']))).toBe(true);
    expect(accepts(planFor(['blob:x'], { conclusion: 'maybe' }))).toBe(false);
  });

  test('a runbook without actions leaves the tool’s name open, and the check refuses it', () => {
    expect(JSON.stringify(planSchema([]))).not.toContain('"enum":[]');
  });
});

describe('the blob cache', () => {
  test('reads a blob once, and one that was written not at all', async () => {
    const blobs = new MemoryBlobs();
    const cached = withBlobCache(blobs);
    const { id } = blobs.keep('content');
    expect([await cached.get(id), await cached.get(id)]).toEqual(['content', 'content']);
    const written = await cached.put('mine', 'text/plain', 'mine');
    expect(await cached.get(written.id)).toBe('mine');
    expect(blobs.reads).toEqual([id]);
  });

  test('forgets the oldest when it is full, and reads it again', async () => {
    const blobs = new MemoryBlobs();
    const cached = withBlobCache(blobs, 1_000);
    const ids = ['a', 'b', 'c'].map((letter) => blobs.keep(letter.repeat(200)).id);
    for (const id of [...ids, ...ids]) await cached.get(id);
    expect(blobs.reads.length).toBeGreaterThan(3);
    expect(await cached.get(ids[0] ?? '')).toBe('a'.repeat(200));
  });

  test('a blob that could not be read is not remembered', async () => {
    const blobs = new MemoryBlobs();
    const cached = withBlobCache(blobs);
    const { id } = blobs.keep('late');
    blobs.contents.delete(id);
    await expect(cached.get(id)).rejects.toThrow();
    blobs.keep('late');
    expect(await cached.get(id)).toBe('late');
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinPipeline, builtinPipelineNames, targets } from '../../src/sigma/index.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/pipelines.md'), 'utf8');

describe('docs/pipelines.md', () => {
  it('lists the built-in pipelines as they are', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (\d+) +\| ([\w ]+?) +\| (.+?) +\|$/gm)];
    const listed = rows.map(([, name, priority, target, text]) => ({ name, priority, target, text }));
    const made = builtinPipelineNames().map((name) => {
      const { priority, allowedTargets, description } = builtinPipeline(name);
      const target = allowedTargets.join(' ') || 'all';
      return { name, priority: String(priority), target, text: description };
    });
    expect(listed).toEqual(made);
  });

  it('targets suggest pipelines that are there', () => {
    const suggested = targets.flatMap(({ suggests }) => suggests.flatMap(({ pipelines }) => pipelines));
    expect(suggested.filter((name) => !builtinPipelineNames().includes(name))).toEqual([]);
  });
});

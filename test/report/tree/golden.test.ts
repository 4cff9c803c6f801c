import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  treeDot,
  treeHtml,
  treeJson,
  treeMermaid,
  treeNdjson,
  treeSvg,
  treeText,
} from '../../../src/report/index.ts';
import type { ProcessGraph } from '../../../src/process/index.ts';
import { graph, macro, twoHosts } from './fixture.ts';

const folder = path.join(import.meta.dirname, 'golden');
const forms: Record<string, (one: ProcessGraph) => string> = {
  txt: (one) => treeText(one, { width: 120 }),
  'color.txt': (one) => treeText(one, { width: 90, color: true }),
  svg: treeSvg,
  html: treeHtml,
  mmd: treeMermaid,
  dot: treeDot,
  json: treeJson,
  ndjson: treeNdjson,
};

describe('each picture of a tree is drawn as in its golden file', () => {
  for (const [ending, draw] of Object.entries(forms)) {
    it(`a Word macro as ${ending}`, () => expectGolden(`macro.${ending}`, draw(macro)));
    it(`two hosts as ${ending}`, () => expectGolden(`two-hosts.${ending}`, draw(twoHosts)));
    it(`no processes as ${ending}`, () => expectGolden(`empty.${ending}`, draw(graph([]))));
  }
});

/** HUNTBOOK_UPDATE_GOLDEN=1 writes the files; read the difference before committing it. */
function expectGolden(name: string, text: string): void {
  const file = path.join(folder, name);
  if (process.env['HUNTBOOK_UPDATE_GOLDEN'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}

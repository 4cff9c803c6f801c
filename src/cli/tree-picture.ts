/** The forms of a process tree, and which of them a file name asks for. */
import { treeDot, treeHtml, treeJson, treeMermaid, treeNdjson, treeSvg, treeText } from '../report/index.ts';
import type { ProcessGraph } from '../process/index.ts';
import { useColor } from './color.ts';
import type { Output } from './output.ts';
import type { PictureFormat, TreeCliOptions } from './tree-options.ts';

const endings: Readonly<Record<string, PictureFormat>> = {
  svg: 'svg',
  html: 'html',
  htm: 'html',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  mmd: 'mermaid',
  mermaid: 'mermaid',
  dot: 'dot',
  gv: 'dot',
};

export function pictureFormatOf(output: string | undefined): PictureFormat {
  const ending = /\.(\w+)$/.exec(output ?? '')?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(endings, ending) ? (endings[ending] as PictureFormat) : 'text';
}

export function drawTree(
  graph: ProcessGraph,
  format: PictureFormat,
  { stream, file }: Pick<Output, 'stream' | 'file'>,
  { color }: Pick<TreeCliOptions, 'color'>,
): string {
  switch (format) {
    case 'svg':
      return treeSvg(graph);
    case 'html':
      return treeHtml(graph);
    case 'json':
      return treeJson(graph);
    case 'ndjson':
      return treeNdjson(graph);
    case 'mermaid':
      return treeMermaid(graph);
    case 'dot':
      return treeDot(graph);
    default: {
      const terminal = file === undefined && stream === process.stdout ? process.stdout : undefined;
      return treeText(graph, {
        color: terminal !== undefined && useColor(color, terminal),
        ...(terminal?.isTTY && terminal.columns > 0 && { width: terminal.columns }),
      });
    }
  }
}

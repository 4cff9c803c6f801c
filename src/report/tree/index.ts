/** Pictures of process trees: each takes the graph as plain data and gives one text. */
export { treeDot } from './dot.ts';
export { treeHtml } from './html.ts';
export { treeJson, treeNdjson } from './json.ts';
export { treeMermaid } from './mermaid.ts';
export { treeSvg } from './svg.ts';
export { treeText, type TreeTextOptions } from './text.ts';

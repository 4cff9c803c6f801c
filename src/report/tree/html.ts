/**
 * A process tree as a page that loads nothing: the picture, complete with JavaScript off, with all facts and events below
 * it. Scripts add folding, zoom, a filter, and show what is below beside the picture. A content security policy allows
 * the page's own script and style, by their hashes, and nothing else.
 */
import { createHash } from 'node:crypto';
import type { ProcessGraph } from '../../process/index.ts';
import { evidence, Markup, markup } from '../html/markup.ts';
import { style } from '../html/style.ts';
import { clipText } from './facts.ts';
import { details, roomOfPage } from './html-details.ts';
import { treeScript } from './html-script.ts';
import { treeStyle } from './html-style.ts';
import { layoutOf } from './layout.ts';
import { svgStyle } from './svg-style.ts';
import { drawTree, subtitleOf, titleOf } from './svg.ts';

const maxSentences = 50;
const look = style + svgStyle + treeStyle;
const policy = [
  "default-src 'none'",
  `style-src '${hashOf(look)}'`,
  `script-src '${hashOf(treeScript)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function treeHtml(graph: ProcessGraph): string {
  const layout = layoutOf(graph);
  const room = roomOfPage();
  const title = titleOf(graph);
  const sentences = layout.sentences
    .slice(0, maxSentences)
    .map((sentence) => markup`<li>${evidence(clipText(sentence, 600))}</li>`);
  const notes = sentences.length > 0 ? markup`<ul class="cut">${sentences}</ul>` : null;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark"><title>${evidence(title)}</title>
<link rel="icon" href="data:,"><style>${new Markup(look)}</style></head><body class="tree">
<a class="skip" href="#tree">Skip to the tree</a>
<header><div class="wrap"><p class="brand">huntbook</p><h1>${evidence(title)}</h1><p class="lead">${evidence(subtitleOf(graph))}</p></div></header>
<main class="wrap">
<div class="tools bar-top"><input type="search" placeholder="Filter: name, command line, event…" aria-label="Filter"><output></output>
<button data-do="all">Expand all</button><button data-do="main">Only findings</button><button data-do="next">Next finding</button>
<button data-do="out" aria-label="Zoom out">−</button><button data-do="fit">Fit</button><button data-do="in" aria-label="Zoom in">+</button>
<span class="keys">↑ ↓ ← → Enter, n next finding, / filter, Esc</span></div>
${notes}<div class="view" id="tree">${drawTree(graph, layout, true)}</div>
<section id="processes" aria-labelledby="processes-title"><h2 id="processes-title">Processes</h2>
${layout.items.map((item) => details(item, room))}</section></main>
<aside class="panel" aria-label="Process" hidden></aside>
<footer class="wrap">Made by huntbook. All times are UTC. Values are shown as recorded; characters that cannot be seen are
written as \\u{…}.</footer>
<script>${new Markup(treeScript)}</script></body></html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

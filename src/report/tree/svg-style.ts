/**
 * The look of the drawn picture, constant text. Plain colours by class and not variables, which many programs that draw
 * SVG do not know; the dark scheme is a layer above. Text meets WCAG AA contrast in both.
 */
import { levels, type Level } from '../levels.ts';
import type { Activity } from '../../process/index.ts';
import { activityList } from './facts.ts';

/** In light and in dark. */
type Colour = readonly [string, string];

const fills: Readonly<Record<Activity, Colour>> = {
  network: ['#0f766e', '#4fd1c5'],
  dns: ['#0b6a8a', '#67c8ea'],
  file: ['#4a6a12', '#a9d46a'],
  registry: ['#6d28d9', '#b79bff'],
  script: ['#1d4ed8', '#8db4ff'],
  thread: ['#9d174d', '#f58fb8'],
  access: ['#7c2d12', '#e6a684'],
  pipe: ['#57534e', '#c2bcb4'],
  wmi: ['#86198f', '#e29aee'],
  image: ['#475569', '#9fb0c3'],
  other: ['#6b7280', '#aab2bd'],
};
const tones: Readonly<Record<Level, Colour>> = {
  critical: ['#b3164a', '#f2578a'],
  high: ['#d9531c', '#f0804d'],
  medium: ['#d0951a', '#deb042'],
  low: ['#3f8cc4', '#5aa6da'],
  informational: ['#8593a1', '#7f8e9c'],
  none: ['#8593a1', '#7f8e9c'],
};
const words: Readonly<Record<Level, Colour>> = {
  critical: ['#a3123f', '#ff7fa3'],
  high: ['#b53c0a', '#ff9b6b'],
  medium: ['#7d5800', '#f0c250'],
  low: ['#1f6797', '#7cc0f0'],
  informational: ['#566371', '#a9b6c3'],
  none: ['#566371', '#a9b6c3'],
};

/** Class, property, colours. */
const rules: readonly (readonly [string, string, Colour])[] = [
  ['page', 'fill', ['#ffffff', '#131b23']],
  ['ink', 'fill', ['#17212b', '#e3e9ef']],
  ['mut', 'fill', ['#566371', '#9dabb8']],
  ['cmd', 'fill', ['#3d4a57', '#b9c5d0']],
  ['warn', 'fill', ['#8a4b00', '#f0c250']],
  ['band', 'fill', ['#eef1f5', '#1b2630']],
  ['asked', 'fill', ['#e5effc', '#17304f']],
  ['edge', 'stroke', ['#98a5b3', '#5b6a79']],
  ['grid', 'stroke', ['#e3e8ed', '#24303b']],
  ['rule', 'stroke', ['#cbd3db', '#34424f']],
  ['knot', 'fill', ['#64748b', '#93a4b5']],
  ['knot-f', 'fill', ['#1d5bbf', '#82b4ff']],
  ['ring', 'stroke', ['#1d5bbf', '#82b4ff']],
  ['hole', 'stroke', ['#64748b', '#93a4b5']],
  ['hole', 'fill', ['#ffffff', '#131b23']],
  ['run', 'fill', ['#a9b8c7', '#4f6477']],
  ['run-f', 'fill', ['#5f93e0', '#4d83d1']],
  ['on', 'fill', ['#ffffff', '#10171e']],
  ...activityList.map((name): [string, string, Colour] => [`a-${name}`, 'fill', fills[name]]),
  ...levels.map((level): [string, string, Colour] => [`f-${level}`, 'fill', tones[level]]),
  ...levels.map((level): [string, string, Colour] => [`w-${level}`, 'fill', words[level]]),
];

const scheme = (which: 0 | 1): string =>
  rules.map(([name, property, colours]) => `.pt .${name}{${property}:${colours[which]}}`).join('\n');

export const svgStyle = `
.pt{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.pt .mono{font:11.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;white-space:pre}
.pt .title{font-size:19px;font-weight:650}.pt .b{font-weight:650}.pt .s{font-size:11.5px}.pt .n{font-size:13.5px}
.pt .l{font-size:9px;font-weight:700;text-anchor:middle}.pt .tick{font-size:8.5px;font-weight:700;text-anchor:middle}
.pt .edge,.pt .hole{stroke-width:1.3}.pt .edge,.pt .ring{fill:none}.pt .ring{stroke-width:1.8}
.pt .dash{stroke-dasharray:4 3}.pt .grid,.pt .rule{stroke-width:1}.pt .end{text-anchor:end}.pt .fade{opacity:.38}.pt .fade2{opacity:.16}
${scheme(0)}
@media (prefers-color-scheme:dark){
${scheme(1)}
}
`;

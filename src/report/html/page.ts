/** The page around the sections: head with its content security policy, header with the totals, navigation. */
import { createHash } from 'node:crypto';
import { levels, type Level } from '../levels.ts';
import type { RuleTally } from '../tally.ts';
import { bytesText, countOf, countText, timeSpan } from '../text.ts';
import type { HuntSummary } from '../types.ts';
import { evidence, Markup, markup } from './markup.ts';
import { levelName } from './parts.ts';
import { script } from './script.ts';
import { style } from './style.ts';

export interface Header {
  readonly title: string;
  readonly summary: HuntSummary;
  /** Most severe first. */
  readonly rules: readonly RuleTally[];
  readonly findings: number;
  readonly hosts: number;
  readonly hostsText: string;
}

// The hashes allow exactly these two texts: nothing that came from data can run, style or load anything.
const policy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const logo = new Markup(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 3h11a2 2 0 0 1 2 2v5M5 3v18h6M5 3a2 2 0 0 0-2 2v14a2 2 0 0 0' +
    ' 2 2M9 7h5"/><circle cx="15.5" cy="15.5" r="3.5"/><path d="M18 18l3 3"/></svg>',
);

export function pageStart(header: Header): Markup {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark"><title>${evidence(header.title)}</title>
<link rel="icon" href="data:,"><style>${new Markup(style)}</style></head><body>
<a class="skip" href="#main">Skip to the findings</a>
<header><div class="wrap"><p class="brand">${logo}huntbook</p>
<h1>${evidence(header.title)}</h1>${lead(header)}${warning(header.summary)}
<ul class="tiles">${levels.map((level) => tile(level, header.rules))}</ul>${totals(header.summary)}</div></header>
${navigation(header)}<main id="main" class="wrap">
`;
}

export function pageEnd(): Markup {
  return markup`</main><footer class="wrap">Made by huntbook. All times are UTC. Values are shown as recorded;
characters that cannot be seen are written as \\u{…}.</footer>
<script>${new Markup(script)}</script></body></html>
`;
}

/** The start of a section, which the caller closes. */
export function sectionStart(id: string, title: string, aside = ''): Markup {
  const small = aside === '' ? null : markup` <small>${aside}</small>`;
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}${small}</h2>
`;
}

export function section(id: string, title: string, aside: string, content: Markup): Markup {
  return markup`${sectionStart(id, title, aside)}${content}</section>
`;
}

function lead({ findings, rules, hosts, hostsText, summary }: Header): Markup {
  const worst = rules[0];
  if (!worst) {
    return markup`<p class="lead">No findings: none of ${countOf(summary.rulesLoaded, 'rule')} matched an event.</p>`;
  }
  const on = hosts === 0 ? '' : ` on ${hostsText} ${hosts === 1 ? 'host' : 'hosts'}`;
  const title = evidence(worst.rule.title || '(no title)');
  return markup`<p class="lead"><strong>${countOf(findings, 'finding')}</strong> of ${countOf(rules.length, 'rule')}${on}.
Most severe: <strong>${title}</strong> (${levelName(worst.level)}, ${countOf(worst.count, 'finding')}).</p>`;
}

function warning({ truncated }: HuntSummary): Markup | null {
  if (!truncated) return null;
  return markup`<p class="warn" role="note">The run was interrupted before the end of the input: there may be more
findings than this report shows.</p>`;
}

function tile(level: Level, rules: readonly RuleTally[]): Markup | null {
  const own = rules.filter((tally) => tally.level === level);
  const count = own.reduce((sum, tally) => sum + tally.count, 0);
  if (level === 'none' && count === 0) return null;
  return markup`<li class="t-${level}${count === 0 ? ' zero' : ''}"><span class="name">${levelName(level)}</span>
<b>${countText(count)}</b><small>${countOf(own.length, 'rule')}</small></li>`;
}

function totals(summary: HuntSummary): Markup {
  const facts: [string, string][] = [
    ['Events read', countText(summary.events)],
    ['Input', `${countOf(summary.files, 'file')}, ${bytesText(summary.bytes)}`],
    ['Time of the events, UTC', timeSpan(summary.firstTime, summary.lastTime)],
    ['Rules run', countText(summary.rulesLoaded)],
    ['Rules that matched', countText(summary.rulesMatched)],
    ['Could never fire', countText(summary.neverFire.length)],
    ['Not run', countText(summary.refused.length)],
  ];
  const items = facts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => markup`<div><dt>${name}</dt><dd>${evidence(text)}</dd></div>`);
  return markup`<dl class="totals">${items}</dl>`;
}

function navigation({ rules, findings, hostsText, summary }: Header): Markup {
  const problems = summary.issues.reduce((sum, issue) => sum + issue.count, 0);
  const evidenceSections: [string, string, string][] = [
    ['timeline', 'Timeline', ''],
    ['attack', 'ATT&CK', ''],
    ['hosts', 'Hosts', hostsText],
  ];
  const entries: [string, string, string][] = [
    ...(findings > 0 ? evidenceSections : []),
    ['rules', 'Rules', countText(rules.length)],
    ['gaps', 'Not covered', countText(summary.refused.length + summary.neverFire.length)],
    ['input', 'Input', problems > 0 ? countOf(problems, 'problem') : ''],
  ];
  const items = entries.map(
    ([id, name, aside]) => markup`<li><a href="#${id}">${name} <span>${aside}</span></a></li>`,
  );
  return markup`<nav aria-label="Sections"><ul class="wrap">${items}</ul></nav>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

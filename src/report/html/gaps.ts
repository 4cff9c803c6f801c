/** What the findings do not say: rules that were not run or cannot fire, and what could not be read. */
import { groupReasons, type ReasonGroup } from '../never-fire.ts';
import { countOf, countText } from '../text.ts';
import type { HuntSummary, NeverFiringRule } from '../types.ts';
import { evidence, markup, type Markup } from './markup.ts';
import { note, table } from './parts.ts';

const maxRows = 500;
const maxRulesListed = 200;
const maxRulesNamed = 5;

export function renderGaps(summary: HuntSummary): Markup {
  return markup`<h3>Rules that were not run</h3>${renderRefused(summary)}${renderNotices(summary)}
<h3 class="sub">Rules that can never fire on these events</h3>${renderNeverFire(summary)}`;
}

export function renderIssues({ issues }: HuntSummary): Markup {
  if (issues.length === 0) return note('Everything was read without a problem.');
  const rows = issues.slice(0, maxRows).map(
    ({ source, code, message, count }) => markup`<tr><td class="path">${evidence(source)}</td>
<td class="num">${countText(count)}</td><td>${evidence(message)} <code>${evidence(code)}</code></td></tr>
`,
  );
  return markup`${table(['Source', '#Times', 'Problem'], rows)}${more(issues.length)}`;
}

function renderRefused({ refused }: HuntSummary): Markup {
  if (refused.length === 0) return note('Every rule was run.');
  const rows = refused.slice(0, maxRows).map(({ path, line, title, code, message }) => {
    const place = evidence(line === null ? path : `${path}:${line}`);
    return markup`<tr><td>${evidence(title ?? '')}<div class="path">${place}</div></td>
<td>${evidence(message)} <code>${evidence(code)}</code></td></tr>
`;
  });
  return markup`${table(['Rule', 'Why'], rows)}${more(refused.length)}`;
}

function renderNotices({ notices }: HuntSummary): Markup {
  if (notices.length === 0) return markup``;
  const rows = notices.slice(0, maxRows).map(
    ({ path, line, message }) => markup`<tr><td class="path">${evidence(`${path}:${line}`)}</td>
<td>${evidence(message)}</td></tr>
`,
  );
  return markup`<h3 class="sub">Notes on rules</h3>${table(['Rule', 'Note'], rows)}${more(notices.length)}`;
}

function renderNeverFire({ neverFire }: HuntSummary): Markup {
  if (neverFire.length === 0) return note('Every rule could have fired.');
  return markup`${groupReasons(neverFire).map(renderReason)}`;
}

function renderReason({ kind, count, details }: ReasonGroup): Markup {
  const plain = details.every(({ detail }) => detail === '');
  return markup`<details class="reason"><summary><strong>${countText(count)}</strong>
${evidence(kind.charAt(0).toUpperCase() + kind.slice(1))}</summary>
${plain ? ruleList(details.flatMap(({ rules }) => rules)) : detailTable(details)}</details>`;
}

function detailTable(details: ReasonGroup['details']): Markup {
  const rows = details.slice(0, maxRows).map(
    ({ detail, rules }) => markup`<tr><td class="path">${evidence(detail || 'other')}</td>
<td class="num">${countText(rules.length)}</td><td>${ruleNames(rules)}</td></tr>
`,
  );
  return markup`${table(['What', '#Rules', 'Which'], rows)}${more(details.length)}`;
}

function ruleNames(rules: readonly NeverFiringRule[]): Markup {
  const names = rules.slice(0, maxRulesNamed).map(({ title }) => title);
  const left = rules.length - names.length;
  const rest = left > 0 ? markup` <span class="note">and ${countText(left)} more</span>` : null;
  return markup`${evidence(names.join('; '))}${rest}`;
}

function ruleList(rules: readonly NeverFiringRule[]): Markup {
  const left = rules.length - maxRulesListed;
  const items = rules
    .slice(0, maxRulesListed)
    .map(
      ({ title, path }) => markup`<li>${evidence(title)} <span class="path">${evidence(path)}</span></li>`,
    );
  return markup`<ul class="plain">${items}</ul>
${left > 0 ? note(`and ${countOf(left, 'more rule', 'more rules')}.`) : null}`;
}

function more(count: number): Markup | null {
  return count > maxRows ? note(`and ${countText(count - maxRows)} more.`) : null;
}

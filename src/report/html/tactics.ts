/** Findings by ATT&CK tactic, in kill-chain order, with the techniques and the rules behind them. */
import { parseAttackTags, tacticUrl, tactics, techniqueUrl, type Tactic } from '../../sigma/index.ts';
import { levelRank, levels } from '../levels.ts';
import type { RuleTally } from '../tally.ts';
import { countOf, countText } from '../text.ts';
import { evidence, link, markup, type Markup } from './markup.ts';
import { levelBar, note, ruleAnchor } from './parts.ts';

const maxTechniques = 6;
const maxRules = 3;

interface Column {
  /** Null: the rules name no tactic. */
  readonly tactic: Tactic | null;
  count: number;
  readonly byLevel: number[];
  readonly techniques: Map<string, number>;
  readonly rules: RuleTally[];
}

/** `rules` come most severe first. */
export function renderTactics(rules: readonly RuleTally[]): Markup {
  const columns = new Map<Tactic | null, Column>();
  for (const tally of rules) {
    const tags = parseAttackTags(tally.rule.tags);
    for (const tactic of tags.tactics.length > 0 ? tags.tactics : [null]) {
      let column = columns.get(tactic);
      if (column === undefined) {
        column = { tactic, count: 0, byLevel: levels.map(() => 0), techniques: new Map(), rules: [] };
        columns.set(tactic, column);
      }
      addRule(column, tally, tags.techniques);
    }
  }
  const order = [...tactics, null].flatMap((tactic) => columns.get(tactic) ?? []);
  const unseen = tactics.filter((tactic) => !tactic.retired && !columns.has(tactic)).map(({ name }) => name);
  const most = Math.max(1, ...order.map((column) => column.count));
  return markup`<ol class="tactics">
${order.map((column) => renderColumn(column, most))}</ol>
${unseen.length > 0 ? note(`No findings: ${unseen.join(', ')}.`) : null}`;
}

function addRule(column: Column, tally: RuleTally, techniques: readonly string[]): void {
  const { count, level } = tally;
  const rank = levelRank(level);
  column.count += count;
  column.byLevel[rank] = (column.byLevel[rank] ?? 0) + count;
  column.rules.push(tally);
  for (const name of techniques) column.techniques.set(name, (column.techniques.get(name) ?? 0) + count);
}

function renderColumn(column: Column, most: number): Markup {
  const { tactic, count, byLevel, rules } = column;
  const head = tactic
    ? markup`${link(tacticUrl(tactic), tactic.name)} <small>${tactic.id}</small>`
    : markup`No tactic named`;
  return markup`<li><h3>${head}</h3>
<p class="big">${countText(count)} <small>by ${countOf(rules.length, 'rule')}</small></p>${levelBar(byLevel, most)}
${renderTechniques(column)}${renderLinks(rules)}</li>
`;
}

function renderTechniques({ techniques }: Column): Markup | null {
  if (techniques.size === 0) return null;
  const sorted = [...techniques].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const items = sorted
    .slice(0, maxTechniques)
    .map(
      ([name, count]) => markup`<li>${link(techniqueUrl(name), name)} <span>${countText(count)}</span></li>`,
    );
  const left = sorted.length - items.length;
  return markup`<ul class="techniques">${items}${left > 0 ? markup`<li>+ ${left} more</li>` : null}</ul>`;
}

function renderLinks(rules: readonly RuleTally[]): Markup {
  const items = rules.slice(0, maxRules).map((tally) => {
    const title = evidence(tally.rule.title || '(no title)');
    return markup`<li><a class="dot d-${tally.level}" href="#${ruleAnchor(tally)}">${title}</a></li>`;
  });
  const left = rules.length - items.length;
  const more =
    left > 0 ? markup`<li class="note">and ${countOf(left, 'more rule', 'more rules')}</li>` : null;
  return markup`<ul class="links">${items}${more}</ul>`;
}

/** The rules that fired, each opening to its findings with the fields that matched and the whole event. */
import { parseAttackTags, techniqueUrl } from '../../sigma/index.ts';
import { levelRank } from '../levels.ts';
import type { RuleTally } from '../tally.ts';
import { countOf, countText, timeSpan, timeText } from '../text.ts';
import { renderChain } from './chain.ts';
import { evidence, link, markup, type Markup } from './markup.ts';
import { levelChip, note, ruleAnchor } from './parts.ts';
import type { Sample, SampleEvents, SampleMatch } from './samples.ts';

const maxTags = 40;

/** The tools (shown by the script), the column names and the start of the list, which the caller closes. */
export function rulesStart(): Markup {
  return markup`<div class="tools" hidden>
<label>Filter <input type="search" placeholder="rule, host, path, value" autocomplete="off" spellcheck="false"></label>
<label>Level <select name="level"><option value="5">all</option><option value="0">critical</option>
<option value="1">high and above</option><option value="2">medium and above</option>
<option value="3">low and above</option></select></label>
<label>Sort <select name="sort"><option value="level">severity</option><option value="count">findings</option>
<option value="first">first seen</option><option value="last">last seen</option>
<option value="title">title</option></select></label>
<span class="buttons"><button type="button" data-open="1">Expand all</button>
<button type="button" data-open="">Collapse all</button></span><output></output></div>
<div class="rulehead" aria-hidden="true"><span>Level</span><span>Rule</span><span>Findings</span><span>Hosts</span>
<span>First and last, UTC</span></div>
<ul class="rules">
`;
}

export function renderRule(tally: RuleTally, samples: readonly Sample[]): Markup {
  const { rule, count, level, first, last } = tally;
  return markup`<li id="${ruleAnchor(tally)}" data-level="${levelRank(level)}" data-count="${count}"
 data-first="${first ?? ''}" data-last="${last ?? ''}"><details><summary>
<span>${levelChip(level)}</span><span class="title">${evidence(rule.title || '(no title)')}</span>
<span class="count">${countText(count)}<span class="sr"> ${count === 1 ? 'finding' : 'findings'}</span></span>
<span class="hosts">${evidence(tally.hosts.text(2))}</span>
<span class="when">${evidence(timeSpan(first, last))}</span></summary>
<div class="body">${renderFacts(tally)}${renderSamples(samples, count)}</div></details></li>
`;
}

function renderFacts({ rule }: RuleTally): Markup {
  const techniques = new Set(parseAttackTags(rule.tags).techniques);
  const tags = rule.tags.slice(0, maxTags).map((tag) => {
    const technique = tag.slice(tag.indexOf('.') + 1).toUpperCase();
    const text = evidence(tag);
    return markup`<li>${techniques.has(technique) ? link(techniqueUrl(technique), text) : text}</li>`;
  });
  const left = rule.tags.length - tags.length;
  if (left > 0) tags.push(markup`<li>+ ${left} more</li>`);
  return markup`<dl class="facts">
${fact('Rule', evidence(rule.path))}${rule.id ? fact('Id', evidence(rule.id)) : null}
${rule.status ? fact('Status', evidence(rule.status)) : null}
${tags.length > 0 ? fact('Tags', markup`<ul class="tags">${tags}</ul>`) : null}</dl>`;
}

function fact(name: string, content: Markup): Markup {
  return markup`<div><dt>${name}</dt><dd>${content}</dd></div>`;
}

function renderSamples(samples: readonly Sample[], count: number): Markup {
  const left = count - samples.length;
  const shown = samples.length === 0 ? 'None' : `The first ${countText(samples.length)}`;
  const said = left > 0 ? note(`${shown} of ${countOf(count, 'finding')} shown.`) : null;
  if (samples.length === 0) return markup`${said}`;
  return markup`${said}<table class="findings"><thead><tr><th scope="col">Time, UTC</th><th scope="col">Host</th>
<th scope="col">What matched</th></tr></thead><tbody>
${samples.map(renderSample)}</tbody></table>`;
}

function renderSample(sample: Sample): Markup {
  const { time, host, event, source, fields, moreFields } = sample;
  const rows = fields.map(([name, value]) => markup`<dt>${evidence(name)}</dt><dd>${evidence(value)}</dd>`);
  if (moreFields > 0)
    rows.push(markup`<dt>…</dt><dd>${countOf(moreFields, 'more field', 'more fields')}</dd>`);
  const place = [event, source].filter(Boolean).join(' · ');
  return markup`<tr><td class="time">${time === null ? 'not known' : evidence(sampleTime(time))}</td>
<td class="host">${evidence(host)}</td><td><dl class="matched">${sample.matched.map(renderMatch)}</dl>${renderChain(sample.chain)}${renderEvents(sample.correlated)}
<details><summary>${sample.correlated ? 'The event that completed it: all' : 'All'} ${countOf(fields.length + moreFields, 'field')}</summary><p class="src">${evidence(place)}</p>
<dl class="fields">${rows}</dl></details></td></tr>
`;
}

function renderEvents(correlated: SampleEvents | null): Markup | null {
  if (!correlated) return null;
  const { text, events, more } = correlated;
  const items = events.map((event) => markup`<li>${evidence(event)}</li>`);
  if (more > 0) items.splice(-1, 0, markup`<li>… ${countOf(more, 'more event')}</li>`);
  return markup`<details><summary>${evidence(text)}</summary><ul class="events">${items}</ul></details>`;
}

function renderMatch({ field, value, patterns }: SampleMatch): Markup {
  const told = patterns.filter((pattern) => pattern !== value);
  const codes = told.map((pattern) => markup` <code>${evidence(pattern)}</code>`);
  const by = told.length === 0 ? null : markup`<span class="by">matches${codes}</span>`;
  return markup`<dt>${evidence(field)}</dt><dd><code>${evidence(value)}</code>${by}</dd>`;
}

/** With milliseconds: within a rule the order of events matters. */
function sampleTime(time: string): string {
  const text = timeText(time);
  return text.length === 19 ? text + (/^\.\d{1,3}/.exec(time.slice(19))?.[0] ?? '') : text;
}

/**
 * Conventions of the SigmaHQ repository for what people read: titles, descriptions, references, false positives.
 * Source: sigmahq-rule-convention.md and sigmahq-title-convention.md of the specification's repository.
 */
import type { SigmaDocument } from '../ast.ts';
import { quote } from '../fault.ts';
import { convention } from './convention.ts';
import type { Validator } from './types.ts';

const maxTitle = 120;
const minDescription = 16;
/** Words that stay small within a title. */
const smallWords = new Set(
  (
    'a about an and any as at between but by during for from if in into is it its like nor not of off on onto or ' +
    'over per than that the then through to towards under up upon using via vs when while with within without'
  ).split(' '),
);
const bannedFalsePositives = [
  'none',
  'pentest',
  'pentests',
  'penetration',
  'penetration test',
  'red team',
  'n/a',
  'na',
];
const branchLink =
  /^https?:\/\/(?:www\.)?git(?:hub|lab)\.com\/[^/]+\/[^/]+\/(?:-\/)?(?:blob|tree|raw)\/(?:main|master|HEAD)\b/;

export const textConventions: readonly Validator[] = [
  convention(
    'title_case',
    'warning',
    'Words of the title begin with a capital.',
    (document, { report, source }) => {
      const word = smallWord(document.title);
      if (word !== null) report(`the title has ${quote(word)} in small letters`, source.place('title'));
    },
  ),
  convention(
    'title_length',
    'warning',
    `The title has at most ${maxTitle} characters.`,
    (document, { report, source }) => {
      if (document.title.length > maxTitle)
        report(
          `the title has ${document.title.length} characters, more than ${maxTitle}`,
          source.place('title'),
        );
    },
  ),
  convention(
    'title_wording',
    'warning',
    'The title does not begin with Detect and does not end in a point.',
    (document, { report, source }) => {
      if (/^detect(?:s|ion|ions|ing)?\b/i.test(document.title))
        report('the title begins with a form of detect', source.place('title'));
      if (document.title.endsWith('.')) report('the title ends in a point', source.place('title'));
    },
  ),
  convention(
    'title_level',
    'info',
    'The title of an informational or low rule does not call it suspicious or malicious.',
    (document, { report, source }) => {
      if (document.level !== 'informational' && document.level !== 'low') return;
      const word = /\b(?:suspicious|malicious|malware|exploit)\b/i.exec(document.title)?.[0];
      if (word !== undefined)
        report(`the title says ${quote(word)}, but the level is ${document.level}`, source.place('title'));
    },
  ),
  convention(
    'description',
    'warning',
    `The description says in at least ${minDescription} characters what the rule detects.`,
    (document, { report, source }) => {
      const text = document.description?.trim() ?? '';
      if (text === '') report('the rule has no description', source.place('title'));
      else if (text.length < minDescription)
        report('the description is too short to explain the rule', source.place('description'));
    },
  ),
  convention(
    'description_wording',
    'info',
    'The description begins with Detects.',
    (document, { report, source }) => {
      const text = document.description?.trim() ?? '';
      if (text !== '' && !/^detects\b/i.test(text))
        report('the description does not begin with Detects', source.place('description'));
    },
  ),
  convention(
    'description_link',
    'info',
    'Links stand in the references, not in the description.',
    (document, { report, source }) => {
      if (/https?:\/\//.test(document.description ?? ''))
        report('the description has a link', source.place('description'));
    },
  ),
  convention(
    'references',
    'warning',
    'There are references, and each is a link.',
    (document, { report, source }) => {
      if (document.references.length === 0) report('the rule has no references', source.place('title'));
      document.references.forEach((text, index) => {
        if (!/^https?:\/\/\S+$/.test(text) && !/internal research/i.test(text))
          report(`the reference ${quote(text)} is not a link`, source.entryPlace('references', index));
      });
    },
  ),
  convention(
    'references_mitre',
    'warning',
    'Techniques of ATT&CK are tags, not references.',
    (document, { report, source }) => {
      document.references.forEach((text, index) => {
        if (/^https?:\/\/attack\.mitre\.org\/(?:techniques|tactics|software|groups)\b/.test(text))
          report(`the reference ${quote(text)} should be a tag`, source.entryPlace('references', index));
      });
    },
  ),
  convention(
    'references_permalink',
    'info',
    'Links to GitHub and GitLab name a commit, not a branch.',
    (document, { report, source }) => {
      document.references.forEach((text, index) => {
        if (branchLink.test(text))
          report('the reference names a branch, which changes', source.entryPlace('references', index));
      });
    },
  ),
  convention(
    'falsepositives',
    'warning',
    'False positives are described, or Unknown, or Unlikely; none of None, Pentest, Red Team.',
    (document, { report, source }) => {
      if (document.falsepositives.length === 0)
        report('the rule has no false positives', source.place('title'));
      document.falsepositives.forEach((text, index) => {
        const place = source.entryPlace('falsepositives', index);
        if (bannedFalsePositives.includes(text.trim().replace(/\.$/, '').toLowerCase()))
          report(`${quote(text)} is no false positive: write Unknown, Unlikely or what it is`, place);
        else if (/^\p{Ll}/u.test(text) && !/^\S*[\d.A-Z\\/_]/.test(text))
          report('the false positive begins with a small letter', place);
      });
    },
  ),
  convention(
    'dates',
    'warning',
    'The rule has a date, and was not modified before it.',
    (document, { report, source }) => {
      if (document.date === null) report('the rule has no date', source.place('title'));
      else if (document.modified !== null && document.modified < document.date)
        report(
          `modified on ${document.modified}, before the date ${document.date}`,
          source.place('modified'),
        );
    },
  ),
  convention(
    'required',
    'warning',
    'The rule has an author, a status, a level and tags.',
    (document: SigmaDocument, { report, source }) => {
      const { author, status, level, tags } = document;
      const lacks = { author: !author, status: !status, level: !level, tags: tags.length === 0 };
      for (const [key, missing] of Object.entries(lacks)) {
        if (missing) report(`the rule has no ${key}`, source.place('title'));
      }
    },
  ),
];

/** The first word of a title that should have a capital, or null. Names with digits, points or inner capitals are left. */
function smallWord(title: string): string | null {
  const words = title.split(/[\s/]+/).filter(Boolean);
  for (const [index, word] of words.entries()) {
    if (!/^\p{Ll}[\p{Ll}'’-]*[,:;)]?$/u.test(word)) continue;
    const bare = word.replace(/[,:;)]$/, '');
    if (index > 0 && smallWords.has(bare)) continue;
    return bare;
  }
  return null;
}

/** Text that attacks what shows it: markup, terminals, spreadsheets, the direction of writing. */
import type { Finding, HuntSummary } from '../../src/report/index.ts';
import { summary } from './fixture.ts';

/** `BEACON` is replaced by an address that must never be asked for anything. */
export const payloads: readonly string[] = [
  '<script>document.body.dataset.owned=1</script>',
  '"><script>document.body.dataset.owned=1</script>',
  "'><img src=x onerror=document.body.dataset.owned=1>",
  '<img src=BEACON>',
  '<svg onload=document.body.dataset.owned=1>',
  '</style><style>body{background:url(BEACON)}</style>',
  '</script><script>document.body.dataset.owned=1</script>',
  '</title><script>document.body.dataset.owned=1</script>',
  '</svg><iframe src=BEACON></iframe>',
  '<!--><script>document.body.dataset.owned=1</script-->',
  ']]><script>document.body.dataset.owned=1</script>',
  '<details open ontoggle=document.body.dataset.owned=1>',
  '" onmouseover="document.body.dataset.owned=1" autofocus onfocus="document.body.dataset.owned=1',
  "' style='background:url(BEACON)",
  '`onerror=document.body.dataset.owned=1',
  '<a href="javascript:document.body.dataset.owned=1">x</a>',
  'javascript:document.body.dataset.owned=1',
  'data:text/html,<script>1</script>',
  '<meta http-equiv=refresh content="0;url=BEACON">',
  '<base href=BEACON>',
  '<link rel=stylesheet href=BEACON>',
  '<form action=BEACON><input name=a autofocus>',
  '<template shadowrootmode=open><script>1</script></template>',
  '<math><mtext></table><mglyph><style><img src=BEACON>',
  '&lt;script&gt;&#60;img src=BEACON&#62;',
  '${document.body.dataset.owned=1}{{constructor.constructor("1")()}}',
  '</details></li></ul></section></main>',
  '\u0000<scr\u0000ipt>',
  '\u001b[2J\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007\u001b]52;c;ZXZpbA==\u0007',
  '\u001b]8;;http://example.test\u0007click\u001b]8;;\u0007',
  '\u009b2J\u0090payload\u009c',
  'line\r\nnext\rover\u0008\u0008\u000b\u000c',
  'invoice\u202egpj.exe',
  '\u2066left\u2067right\u2069\u202a\u202b\u202c\u202d',
  'a\u200bb\u200c\u200d\u2060\ufeff\u00ad',
  '\u2028separator\u2029',
  '\ud800 half \udfff',
  '\u{e0041}\u{e007f}tag',
  `z${'\u0301'.repeat(200)}`,
  "=cmd|'/C calc'!A0",
  '+1+cmd',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '＝1＋1',
  '＋1',
  '－1',
  '＠x',
  ' \u200b=HYPERLINK("BEACON")',
  '","=1+1',
  '\n=1',
  '[x](javascript:1) ![i](BEACON) <BEACON>',
  '| a | b |\n|---|---|\n# h\n```\n$$x$$',
  '%s%n%x $(id) `id` ; rm -rf',
  '../../../etc/passwd\u0000.html',
  'x'.repeat(70_000),
];

/** A finding with the text in every slot that can hold one. */
export function findingOf(text: string, index: number): Finding {
  return {
    id: text,
    rule: {
      id: text,
      title: text,
      level: text,
      status: text,
      path: `${text}${index}`,
      tags: [text, `attack.${text}`],
    },
    event: {
      source: text,
      channel: text,
      provider: text,
      eventId: text,
      recordId: text,
      time: text,
      host: text,
      fields: { [`${text}.`]: text, Image: text, CommandLine: text, User: text, List: [text, [text]] },
    },
    matched: [
      { field: text, value: text, pattern: text },
      { field: null, value: [text], pattern: `${text}*` },
    ],
  };
}

export function summaryOf(texts: readonly string[]): HuntSummary {
  return {
    ...summary,
    refused: texts.map((text) => ({ path: text, line: 1, title: text, code: text, message: text })),
    neverFire: texts.map((text) => ({ path: text, title: text, reason: `no event has ${text}` })),
    issues: texts.map((text) => ({ code: text, source: text, message: text, count: 1 })),
    firstTime: texts[0] ?? '',
    lastTime: texts[0] ?? '',
  };
}

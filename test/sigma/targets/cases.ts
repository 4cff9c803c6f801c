/**
 * Small rules, one for each feature, that every target writes; the texts are in golden/<target>.txt. Only the detections
 * are given: the rest of a rule is the same for all. Correlations are whole documents.
 */
export interface Case {
  readonly name: string;
  readonly yaml: string;
}

export const cases: readonly Case[] = [
  rule('one text', `sel:\n  Image: 'cmd.exe'`),
  rule('a path with backslashes', `sel:\n  Image: 'C:\\Windows\\System32\\cmd.exe'`),
  rule(
    'startswith, endswith, contains',
    `sel:\n  A|startswith: 'x y'\n  B|endswith: '\\z.exe'\n  C|contains: 'q'`,
  ),
  rule('a list of texts', `sel:\n  A: [one, two, three]`),
  rule('a list of parts', `sel:\n  A|contains: [one, two]`),
  rule('a list with plain texts and wildcards', `sel:\n  A: [one, 'tw*', '*ee', 4]`),
  rule('contains all', `sel:\n  A|contains|all: [one, two]`),
  rule('equal to all', `sel:\n  A|all: [one, two]`),
  rule('a wildcard within', `sel:\n  A: 'a*z'`),
  rule('one character', `sel:\n  A|contains: 'a?z'`),
  rule(
    'one character in a list below not',
    `sel:\n  A: x\nflt:\n  B|contains: ['a?z', plain]`,
    'sel and not flt',
  ),
  rule('literal * and ?', `sel:\n  A|contains: 'a\\*b\\?c'`),
  rule('only *', `sel:\n  A: '*'`),
  rule('the empty text', `sel:\n  A: ''`),
  rule('quotes', `sel:\n  A|contains: "say \\"hi\\" it's \`tick\`"`),
  rule('control characters', `sel:\n  A|contains: "tab\\tline\\nreturn\\r end"`),
  rule('letters beyond ASCII', `sel:\n  A: 'Ünïcödé ЖЫ 漢字 😀'`),
  rule('signs of many languages', `sel:\n  A|contains: '%_[a-z]{1,2}$^(x)|y;#@&<>~!+-=:/,'`),
  rule('a number', `sel:\n  EventID: 4688`),
  rule('numbers', `sel:\n  EventID: [1, -2, 3.5]`),
  rule('a number beyond 2^53', `sel:\n  A: 9007199254740993`),
  rule('true', `sel:\n  A: true`),
  rule('null', `sel:\n  A: null`),
  rule('null or empty below not', `sel:\n  A: x\nf1:\n  B: null\nf2:\n  B: ''`, 'sel and not 1 of f*'),
  rule('exists', `sel:\n  A|exists: true\n  B|exists: false`),
  rule('a regular expression', `sel:\n  A|re: '^c:\\\\[a-z]+\\.exe"?$'`),
  rule('flags of regular expressions', `sel:\n  A|re|i|s: 'foo.bar'`),
  rule('regular expressions as alternatives', `sel:\n  A: x\n  B|re: [a+, 'b\\d{2}']`),
  rule('not a regular expression', `sel:\n  A: x\nflt:\n  B|re: '^b'`, 'sel and not flt'),
  rule('networks', `sel:\n  Ip|cidr: [10.0.0.0/8, 172.16.0.0/12, 'fe80::/10']`),
  rule('not in a network', `sel:\n  A: x\nflt:\n  Ip|cidr: 192.168.0.0/16`, 'sel and not flt'),
  rule('comparisons', `sel:\n  A|gt: 1\n  B|gte: 2.5\n  C|lt: 3\n  D|lte: 4`),
  rule('with case', `sel:\n  A|cased: AbC\n  B|contains|cased: 'x?Y'`),
  rule('another field', `sel:\n  A|fieldref: B`),
  rule('another field as a part', `sel:\n  A|fieldref|startswith: B\n  C|fieldref|contains: D`),
  rule('a part of a time', `sel:\n  A|hour: 5`),
  rule('after an hour', `sel:\n  A|hour|gt: 20`),
  rule('windash', `sel:\n  A|contains|windash: ' -x '\n  B: y`),
  rule('base64offset', `sel:\n  A|base64offset|contains: 'http://'`),
  rule('neq', `sel:\n  A|neq: x\n  B: y`),
  rule('keywords', `kw: [evil, 'two words', 'a*b']`, 'kw'),
  rule('keywords and fields', `kw: [evil]\nsel:\n  A: x`, 'sel and not kw'),
  rule('or within and', `a:\n  A: x\nb:\n  B: y\nc:\n  C: z`, '(a or b) and c'),
  rule('and within or', `a:\n  A: x\n  B: y\nb:\n  C: z`, 'a or b'),
  rule('not of and and or', `a:\n  A: x\n  B: y\nb:\n  C: z`, 'not a and not (a or b)'),
  rule('a list of maps', `sel:\n  - A: x\n  - B: y\n    C: z`),
  rule('two conditions', `a:\n  A: x\nb:\n  B: y`, '[a, b]'),
  rule(
    'field names',
    `sel:\n  winlog.event_data.Image: a\n  cs-method: b\n  with space: c\n  "quo'te\\"s": d\n  '1st': e`,
  ),
];

const bases: Readonly<Record<string, string>> = {
  failed: `title: Failed\nname: failed\nstatus: test\nlogsource: {product: windows, service: security}
detection: {sel: {EventID: 4625}, condition: sel}\n`,
  success: `title: Success\nname: success\nstatus: test\nlogsource: {product: windows, service: security}
detection: {sel: {EventID: 4624}, condition: sel}\n`,
  recon: `title: Recon\nname: recon\nstatus: test\nlogsource: {product: windows, category: process_creation}
detection: {sel: {Image|endswith: \\whoami.exe}, condition: sel}\n`,
  many: `title: Many\nname: many\nstatus: test\ncorrelation:\n  type: event_count\n  rules: failed
  group-by: [User]\n  timespan: 5m\n  condition: {gte: 10}\n`,
};

/** Correlations over three small rules, for targets that have them. */
export const correlationCases: readonly Case[] = [
  correlation(
    'event_count',
    'type: event_count\nrules: failed\ngroup-by: [User]\ntimespan: 5m\ncondition: {gte: 10}',
  ),
  correlation(
    'event_count without groups',
    'type: event_count\nrules: failed\ntimespan: 90s\ncondition: {gt: 3}',
  ),
  correlation(
    'event_count in a range',
    'type: event_count\nrules: failed\ngroup-by: [User]\ntimespan: 1h\ncondition: {gt: 3, lte: 9}',
  ),
  correlation(
    'few events',
    'type: event_count\nrules: failed\ngroup-by: [User]\ntimespan: 1d\ncondition: {lt: 3}',
  ),
  correlation(
    'event_count over rules',
    'type: event_count\nrules: [failed, success]\ngroup-by: [User]\ntimespan: 5m\ncondition: {gte: 10}',
  ),
  correlation(
    'value_count',
    'type: value_count\nrules: failed\ngroup-by: [Computer]\ntimespan: 1h\ncondition: {field: User, gte: 5}',
  ),
  correlation(
    'value_count of two fields',
    'type: value_count\nrules: failed\ngroup-by: [Computer]\ntimespan: 1h\ncondition: {field: [User, Ip], gte: 5}',
  ),
  correlation('temporal', 'type: temporal\nrules: [failed, success, recon]\ngroup-by: [User]\ntimespan: 10m'),
  correlation(
    'temporal with aliases',
    'type: temporal\nrules: [failed, recon]\ngroup-by: [account]\naliases: {account: {failed: TargetUserName, recon: User}}\ntimespan: 10m',
  ),
  correlation(
    'two of three',
    'type: temporal\nrules: [failed, success, recon]\ngroup-by: [User]\ntimespan: 10m\ncondition: {gte: 2}',
  ),
  correlation(
    'temporal_ordered',
    'type: temporal_ordered\nrules: [failed, success, recon]\ngroup-by: [User, Computer]\ntimespan: 10m',
  ),
  correlation(
    'an expression',
    'type: temporal\nrules: [failed, success, recon]\ngroup-by: [User]\ntimespan: 10m\ncondition: failed and (success or recon)',
  ),
  correlation(
    'an expression with not',
    'type: temporal\nrules: [failed, success, recon]\ngroup-by: [User]\ntimespan: 10m\ncondition: failed and not (success or recon)',
  ),
  correlation(
    'value_sum',
    'type: value_sum\nrules: failed\ngroup-by: [User]\ntimespan: 1h\ncondition: {field: Bytes, gt: 500.5}',
  ),
  correlation(
    'value_avg',
    'type: value_avg\nrules: failed\ngroup-by: [User]\ntimespan: 1h\ncondition: {field: Bytes, gte: 500}',
  ),
  correlation(
    'value_median',
    'type: value_median\nrules: failed\ngroup-by: [User]\ntimespan: 1h\ncondition: {field: Bytes, gt: 500}',
  ),
  correlation(
    'value_percentile',
    'type: value_percentile\nrules: failed\ngroup-by: [User]\ntimespan: 1h\ncondition: {field: Bytes, percentile: 95, gt: 500}',
  ),
  correlation(
    'a correlation of a correlation',
    'type: temporal_ordered\nrules: [many, success]\ngroup-by: [User]\ntimespan: 10m',
    ['failed'],
  ),
];

function rule(name: string, detections: string, condition = 'sel'): Case {
  const head = `title: ${JSON.stringify(name)}\nstatus: test\nlogsource: {category: process_creation, product: windows}\n`;
  return { name, yaml: `${head}detection:\n${indented(detections)}\n  condition: ${condition}\n` };
}

function correlation(name: string, body: string, also: readonly string[] = []): Case {
  const used = Object.keys(bases).filter(
    (base) => new RegExp(`\\b${base}\\b`).test(body) || also.includes(base),
  );
  const head = `title: ${JSON.stringify(name)}\nstatus: test\ncorrelation:\n${indented(body)}\n`;
  return { name, yaml: [head, ...used.map((base) => bases[base])].join('---\n') };
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

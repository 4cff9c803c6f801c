/**
 * What searches mean, as Splunk's manuals say it: each fixture names the page, the events, and which of them a search
 * finds. The events are our own.
 */
import type { Event } from './support.ts';

export interface Fixture {
  readonly page: string;
  readonly about: string;
  readonly events: readonly Event[];
  /** The search, and the numbers of the events it finds. */
  readonly finds: readonly (readonly [string, readonly number[]])[];
}

const manual = 'https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.3';
const reference = 'https://help.splunk.com/splunk-enterprise/spl-search-reference/9.2/search-commands';

const ponies: readonly Event[] = [
  { Color: 'Chestnut', Location: 'Marin' },
  { Color: null, Location: 'Bay' },
  { Color: 'Dun', Location: null },
  { Color: 'chestnut', Location: 'Bay' },
];

const paths: readonly Event[] = [
  { Image: 'C:\\Windows\\cmd.exe', CommandLine: 'cmd /c "echo hi" | more' },
  { Image: 'C:\\Windows\\cmdXexe', CommandLine: 'a*b' },
  { Image: 'D:\\x\\CMD.EXE', CommandLine: 'a%b_c' },
  { Image: '', CommandLine: 'axb' },
];

export const fixtures: readonly Fixture[] = [
  {
    page: 'https://docs.splunk.com/Documentation/Splunk/9.0.2/Search/NOTexpressions',
    about: '!= wants the field, NOT does not',
    events: ponies,
    finds: [
      ['Location!=Bay', [0]],
      ['NOT Location=Bay', [0, 2]],
      ['Nowhere!=x', []],
      ['NOT Nowhere=x', [0, 1, 2, 3]],
      ['NOT Location=*', [2]],
      ['Location=*', [0, 1, 3]],
    ],
  },
  {
    page: `${reference}/search`,
    about: 'values are compared without case in search',
    events: ponies,
    finds: [
      ['Color=chestnut', [0, 3]],
      ['Color=CHEST*', [0, 3]],
      ['Color=CASE(chestnut)', [3]],
      ['Color IN (DUN, "chestnut")', [0, 2, 3]],
      ['search Color IN (d*)', [2]],
      ['NOT Color IN (dun)', [0, 1, 3]],
    ],
  },
  {
    page: `${reference}/where`,
    about: 'values are compared with case in where, where a missing field is neither true nor false',
    events: ponies,
    finds: [
      ['* | where Color="chestnut"', [3]],
      ['* | where Color!="chestnut"', [0, 2]],
      ['* | where NOT Color="chestnut"', [0, 2]],
      ['* | where isnull(Color) OR Color="Dun"', [1, 2]],
      ['* | where like(Color, "%hest%")', [0, 3]],
      ['* | where Color IN ("Dun", "Chestnut")', [0, 2]],
      ['* | where in(Color, "Dun")', [2]],
    ],
  },
  {
    page: `${manual}/expressions-and-predicates`,
    about: 'search evaluates OR before AND, where AND before OR',
    events: [
      { A: '1', B: '0', C: '0' },
      { A: '1', B: '1', C: '0' },
      { A: '0', B: '0', C: '1' },
      { A: '1', B: '0', C: '1' },
    ],
    finds: [
      ['A=1 B=1 OR C=1', [1, 3]],
      ['A=1 AND B=1 OR C=1', [1, 3]],
      ['(A=1 B=1) OR C=1', [1, 2, 3]],
      ['* | where A=1 AND B=1 OR C=1', [1, 2, 3]],
      ['* | where A=1 AND (B=1 OR C=1)', [1, 3]],
      ['NOT A=1 OR B=1', [1, 2]],
      ['* | where NOT A=1 OR B=1', [1, 2]],
      ['* | where A=1 XOR C=1', [0, 1, 2]],
    ],
  },
  {
    page: `${manual}/search-primer`,
    about: 'a backslash of a path is written twice; * is the only wildcard and cannot be escaped',
    events: paths,
    finds: [
      ['Image="C:\\\\Windows\\\\cmd.exe"', [0]],
      ['Image=C:\\\\Windows\\\\cmd.exe', [0]],
      ['Image="*\\\\cmd.exe"', [0, 2]],
      ['Image="*\\\\*"', [0, 1, 2]],
      ['Image="C:\\\\W*s\\\\*"', [0, 1]],
      ['CommandLine="a*b"', [1, 3]],
      ['CommandLine="a%b_c"', [2]],
      ['CommandLine="*\\"echo hi\\" | more"', [0]],
      ['Image=""', [3]],
      ['Image=*', [0, 1, 2, 3]],
    ],
  },
  {
    page: `${reference}/search`,
    about:
      'numbers are compared as numbers, other values in the order of their letters; networks hold addresses',
    events: [
      { n: '5', ip: '10.1.2.3' },
      { n: '50', ip: '192.168.0.1' },
      { n: '05', ip: 'fe80::1' },
      { n: 'x', ip: 'none' },
      { n: '9007199254740993', ip: '10.0.0.0/8' },
    ],
    finds: [
      ['n=5', [0, 2]],
      ['n>5', [1, 3, 4]],
      ['n<=5', [0, 2]],
      ['n=9007199254740992', []],
      ['n=9007199254740993', [4]],
      ['n!=5', [1, 3, 4]],
      ['ip="10.0.0.0/8"', [0, 4]],
      ['ip="fe80::/10"', [2]],
      ['* | where n=5', [0, 2]],
      ['* | where n="5"', [0]],
      ['* | where cidrmatch("192.168.0.0/16", ip)', [1]],
    ],
  },
  {
    page: `${manual}/manipulate-and-evaluate-fields-with-multiple-values`,
    about: 'of several values any one is enough',
    events: [{ to: ['a', 'b'] }, { to: 'b' }, { to: null }, { to: ['c', 'c'] }],
    finds: [
      ['to=a', [0]],
      ['to=b', [0, 1]],
      ['to!=a', [0, 1, 3]],
      ['NOT to=a', [1, 2, 3]],
      ['to IN (a, c)', [0, 3]],
      ['* | where to="B"', []],
      ['* | where to="b"', [0, 1]],
      ['* | where mvcount(to)=2', [0, 3]],
      ['* | where match(to, "^[ac]$")', [0, 3]],
      ['* | regex to="^a$"', [0]],
    ],
  },
  {
    page: 'https://docs.splunk.com/Documentation/Splunk/9.0.5/Search/UseCASEandTERMtomatchphrases',
    about: 'words are bounded by breakers, TERM by major breakers, CASE compares with case',
    events: [
      { Message: 'Error from 127.0.0.1 in xyz' },
      { Message: 'an error, code=127.0.0.1' },
      { Message: 'terrors 10.127.0.0.1' },
      { Message: 'Access is denied' },
      { Message: 'denied: is Access' },
    ],
    finds: [
      ['error', [0, 1]],
      ['CASE(error)', [1]],
      ['*error*', [0, 1, 2]],
      ['127.0.0.1', [0, 1, 2]],
      ['TERM(127.0.0.1)', [0]],
      ['"Access is denied"', [3]],
      ['access is denied', [3, 4]],
      ['err*', [0, 1]],
      ['NOT error', [2, 3, 4]],
    ],
  },
  {
    page: `${manual}/specify-time-modifiers-in-your-search`,
    about: 'earliest is in the range, latest is not; @ snaps down',
    events: [
      { SystemTime: '2020-09-22T08:59:59.9999999Z' },
      { SystemTime: '2020-09-22T09:00:00.0000000Z' },
      { SystemTime: '2020-09-22T11:59:59.0000000Z' },
      { SystemTime: '2020-09-21T00:00:00.0000000Z' },
    ],
    finds: [
      ['earliest=-3h latest=now', [1, 2]],
      ['earliest=-3h@h latest=@h', [1, 2]],
      ['earliest=@d', [0, 1, 2]],
      ['earliest=-1d@d latest=@d', [3]],
      ['earliest="09/22/2020:09:00:00"', [1, 2]],
      ['latest=2020-09-22T09:00:00Z', [0, 3]],
      ['earliest=1600765200', [1, 2]],
    ],
  },
  {
    page: `${reference}/regex`,
    about: 'regex keeps what matches, != what does not, a missing field included; case counts',
    events: [{ a: 'Power' }, { a: 'power shell' }, { a: null }],
    finds: [
      ['* | regex a="^Power"', [0]],
      ['* | regex a="(?i)^power"', [0, 1]],
      ['* | regex a!="^Power"', [1, 2]],
      ['* | regex a="power(?= shell)"', [1]],
      ['* | regex a="(\\\\w)ow\\\\w\\\\w$"', [0]],
      ['* | where match(a, "er$")', [0]],
    ],
  },
];

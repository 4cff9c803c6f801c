/**
 * Every error huntbook can raise, in one table: the code, the exit status it leads to, and what to do next.
 * Messages name the file, line or host; the hint says what would help.
 */

/** Exit statuses of the command line (see docs/cli.md). */
export const ExitCode = {
  ok: 0,
  findings: 1,
  usage: 2,
  config: 3,
  connection: 4,
  rule: 5,
  partial: 6,
  truncated: 7,
  interrupted: 130,
} as const;

export const errorTable = {
  HB_USAGE: { exit: ExitCode.usage, hint: 'Run the command with --help to see what it takes.' },
  HB_CONFIG: { exit: ExitCode.config, hint: 'Check the configuration file named in the message.' },
  HB_NOT_FOUND: { exit: ExitCode.usage, hint: 'Check the spelling of the path, and that it is readable.' },
  HB_READ: { exit: ExitCode.partial, hint: 'Check permissions and that the file is not being written.' },
  HB_WRITE: { exit: ExitCode.usage, hint: 'Check free space and permissions of the output folder.' },
  HB_EXISTS: { exit: ExitCode.usage, hint: 'Add --force to replace it.' },
  HB_EMPTY: { exit: ExitCode.partial, hint: 'The file holds no events.' },
  HB_UNKNOWN_KIND: {
    exit: ExitCode.partial,
    hint: 'huntbook reads EVTX, JSON, CSV, Parquet, and zip, tar, gz, zst of these.',
  },
  HB_DAMAGED: { exit: ExitCode.partial, hint: 'The rest of the file was read; see docs/sources.md.' },
  HB_TRUNCATED: { exit: ExitCode.partial, hint: 'The file ends early; everything before that was read.' },
  HB_LIMIT: { exit: ExitCode.partial, hint: 'See docs/sources.md for the limits and how to raise them.' },
  HB_UNSAFE_PATH: {
    exit: ExitCode.partial,
    hint: 'The archive member was skipped because its name leaves the archive.',
  },
  HB_MISSING_DEP: { exit: ExitCode.config, hint: 'Install the package named in the message.' },
  HB_RULE_YAML: { exit: ExitCode.rule, hint: 'The file is not valid YAML at the place named.' },
  HB_RULE_INVALID: { exit: ExitCode.rule, hint: 'See the Sigma specification for what a rule must hold.' },
  HB_RULE_CONDITION: {
    exit: ExitCode.rule,
    hint: 'Check the condition: and, or, not, 1 of, all of, parentheses.',
  },
  HB_RULE_MODIFIER: { exit: ExitCode.rule, hint: 'Check the modifiers of the field and their order.' },
  HB_RULE_VALUE: { exit: ExitCode.rule, hint: 'Check the value: its type does not fit the modifier.' },
  HB_RULE_REGEX: { exit: ExitCode.rule, hint: 'Check the regular expression.' },
  HB_RULE_PLACEHOLDER: { exit: ExitCode.rule, hint: 'Give the values with --placeholders FILE.' },
  HB_RULE_UNSUPPORTED: { exit: ExitCode.rule, hint: 'This kind of rule is not run by the matcher.' },
  HB_RULE_LOGSOURCE: {
    exit: ExitCode.rule,
    hint: 'Add the log source with --logsources FILE, or use --logsource raw.',
  },
  HB_RULE_REFERENCE: {
    exit: ExitCode.rule,
    hint: 'Give the file that holds the rule too, and check the id or name.',
  },
  HB_TARGET_UNKNOWN: { exit: ExitCode.usage, hint: 'Run huntbook sigma targets for the names.' },
  HB_TARGET_UNSUPPORTED: {
    exit: ExitCode.rule,
    hint: 'Run huntbook sigma targets for what each target can express.',
  },
  HB_PIPELINE_UNKNOWN: { exit: ExitCode.usage, hint: 'Run huntbook sigma pipelines for the names.' },
  HB_PIPELINE_INVALID: { exit: ExitCode.config, hint: 'Check the pipeline file at the place named.' },
  HB_PIPELINE_RULE: { exit: ExitCode.rule, hint: 'The pipeline does not cover this rule; choose another.' },
  HB_PIPELINE_SOURCE: {
    exit: ExitCode.config,
    hint: 'Pipelines read files, commands and web pages only with --allow-external.',
  },
  HB_SQL: {
    exit: ExitCode.rule,
    hint: 'Check the statement; tables and columns: huntbook sql --tables PATHS.',
  },
  HB_SQL_REFUSED: {
    exit: ExitCode.usage,
    hint: 'Only SELECT over the tables given is allowed; see docs/sql.md.',
  },
  HB_SPL: { exit: ExitCode.rule, hint: 'See docs/spl.md for the commands and functions that are there.' },
  HB_QUERY: { exit: ExitCode.rule, hint: 'The engine refused the query; its own words are in the message.' },
  HB_QUERY_RISKY: { exit: ExitCode.usage, hint: 'Add --allow-risky if you mean it.' },
  HB_CONNECT: { exit: ExitCode.connection, hint: 'Check host, port and scheme, and that the server is up.' },
  HB_TLS: {
    exit: ExitCode.connection,
    hint: 'Name the CA of the server with ca: FILE; see docs/connect.md.',
  },
  HB_AUTH: { exit: ExitCode.connection, hint: 'Check user, password or token of the source.' },
  HB_FORBIDDEN: { exit: ExitCode.connection, hint: 'The user lacks the right that the message names.' },
  HB_BUSY: { exit: ExitCode.connection, hint: 'The server has no room for another search; try again later.' },
  HB_TIMEOUT: { exit: ExitCode.connection, hint: 'Raise --timeout, or narrow the search.' },
  HB_SEARCH: {
    exit: ExitCode.connection,
    hint: 'The search failed on the server; its words are in the message.',
  },
  HB_CUT: {
    exit: ExitCode.connection,
    hint: 'The connection ended within the result; what came is not whole.',
  },
  HB_SOURCE_UNKNOWN: { exit: ExitCode.config, hint: 'Run huntbook source list for the names.' },
  HB_SECRET: {
    exit: ExitCode.config,
    hint: 'Secrets are written env:NAME, file:PATH or keyring:SERVICE/NAME.',
  },
  HB_MAPPING: { exit: ExitCode.rule, hint: 'The index can not answer this rule; see docs/elastic.md.' },
  HB_INTERNAL: { exit: ExitCode.partial, hint: 'This is a defect in huntbook; please report it.' },
} as const satisfies Record<string, { exit: number; hint: string }>;

export type ErrorCode = keyof typeof errorTable;

/** Where in a text or binary file an error is. Lines and columns count from 1; offsets are bytes from 0. */
export interface ErrorPosition {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly offset?: number;
}

/** The one error type of huntbook. `code` is stable; `message` names the place; `hint` says what would help. */
export class HuntbookError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly position: ErrorPosition | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; position?: ErrorPosition; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HuntbookError';
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.position = options.position;
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }
}

/** Turns anything thrown into a HuntbookError, keeping the cause. */
export function asHuntbookError(error: unknown, code: ErrorCode, prefix = ''): HuntbookError {
  if (error instanceof HuntbookError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new HuntbookError(code, prefix ? `${prefix}: ${text}` : text, { cause: error });
}

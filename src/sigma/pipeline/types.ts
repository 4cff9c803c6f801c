/**
 * Processing pipelines as pySigma's file format has them
 * (https://sigmahq-pysigma.readthedocs.io/en/latest/Processing_Pipelines.html), and what running them gives.
 */
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';

/** One step as written: the type, its parameters as read, and when it applies. Checked when the pipeline was read. */
export interface PipelineStep {
  readonly type: string;
  readonly id: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly ruleConditions: StepConditions | null;
  readonly itemConditions: StepConditions | null;
  readonly fieldConditions: StepConditions | null;
}

export interface StepConditions {
  /** By name when an expression combines them, else by index as text. */
  readonly conditions: Readonly<Record<string, StepCondition>>;
  readonly link: 'and' | 'or';
  readonly negated: boolean;
  /** A boolean expression over the names; null: `link` joins all. */
  readonly expression: string | null;
}

export interface StepCondition {
  readonly type: string;
  readonly negated: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Pipeline {
  readonly name: string;
  /** What it is for, in a sentence, where it says so. */
  readonly description: string | null;
  /** Null: built in. */
  readonly path: string | null;
  /** Lower runs first. */
  readonly priority: number;
  /** Empty: for every target. */
  readonly allowedTargets: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly transformations: readonly PipelineStep[];
  readonly postprocessing: readonly PipelineStep[];
  readonly finalizers: readonly PipelineStep[];
}

/** What a step did, for `--explain-pipeline`. */
export interface StepTrace {
  readonly pipeline: string;
  /** Index from 0 within the pipeline. */
  readonly step: number;
  readonly type: string;
  readonly id: string | null;
  readonly applied: boolean;
  /** One line for each change: `CommandLine -> process.command_line`. */
  readonly changes: readonly string[];
}

/** A document after its pipelines. */
export interface Prepared<Document extends SigmaRule | SigmaCorrelation = SigmaRule | SigmaCorrelation> {
  readonly document: Document;
  /** The pipeline state that `set_state` and its like left, by key. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Ids of the steps that applied. */
  readonly applied: ReadonlySet<string>;
  readonly trace: readonly StepTrace[];
}

export interface PipelineOptions {
  /** Name of the target the rule is converted to, for `allowed_backends`; pySigma's names are known. */
  readonly target?: string;
  /** Over the pipelines' own `vars`. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Record what each step did; costs time. */
  readonly trace?: boolean;
  /** The only way to anything outside: given by the caller when the user allows it, else such steps are refused. */
  readonly external?: ExternalSources;
}

/** Synchronous readers for file, http and command placeholders and for template files. Errors are thrown. */
export interface ExternalSources {
  readonly readFile?: (path: string) => string;
  readonly fetchText?: (url: string, options: Readonly<Record<string, unknown>>) => string;
  readonly runCommand?: (command: readonly string[] | string) => string;
}

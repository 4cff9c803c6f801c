/** A pipeline as a plain object in the shape of the file format; read by `pipelineFromObject`. */
export type PipelineSource = Readonly<Record<string, unknown>>;
export type StepSource = Readonly<Record<string, unknown>>;

/** Rules of these log sources, any of them. */
export function forLogSources(...sources: readonly Readonly<Record<string, string>>[]): StepSource {
  const conditions = sources.map((source) => ({ type: 'logsource', ...source }));
  return conditions.length === 1
    ? { rule_conditions: conditions }
    : { rule_conditions: conditions, rule_cond_op: 'or' };
}

export const forWindows = forLogSources({ product: 'windows' });

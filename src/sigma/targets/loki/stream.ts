/** Which streams a rule is about, and how their lines are read. */
import type { RuleContext } from '../types.ts';

/** What a pipeline or an option says, else what suits the product. */
export function selectorOf({ state, options, rule }: RuleContext): string {
  const { logsource_loki_selection: chosen } = state;
  if (typeof chosen === 'string' && chosen !== '') return chosen;
  const given = options['selector'] ?? '';
  if (given !== '') return given;
  switch (rule.logsource.product) {
    case 'windows':
      return '{job=~"eventlog|winlog|windows|fluentbit.*"}';
    case 'azure':
      return '{job="logstash"}';
    default:
      return '{job=~".+"}';
  }
}

export function parserOf({ state, options, rule }: RuleContext): string {
  const { loki_parser: chosen } = state;
  if (typeof chosen === 'string' && chosen !== '') return chosen;
  const given = options['parser'] ?? '';
  if (given !== '') return given;
  return /^(?:windows|azure|zeek)$/.test(rule.logsource.product ?? '') ? 'json' : 'logfmt';
}

/** `huntbook sigma fields`: the fields that rules need, after mapping. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { fieldsOf, findTarget, PipelineRunners } from '../sigma/index.ts';
import type { SigmaRule } from '../sigma/index.ts';
import { exit } from './exit.ts';
import { choosePipelines, externalSources, loadDocuments, type SigmaCliOptions } from './sigma-rules.ts';
import { textTable } from './text-table.ts';

interface FieldsCliOptions extends SigmaCliOptions {
  readonly target?: string;
  readonly json?: boolean;
}

export async function runSigmaFields(paths: readonly string[], options: FieldsCliOptions): Promise<void> {
  const target = options.target === undefined ? null : findTarget(options.target);
  const { external } = externalSources(options);
  const runners = new PipelineRunners(
    target,
    choosePipelines(options),
    external === undefined ? {} : { external },
  );
  const documents = await loadDocuments(paths, options);
  const fields = new Map<string, { rules: number; sources: Set<string> }>();
  const errors = [...documents.errors];
  for (const rule of documents.rules) {
    try {
      for (const field of fieldsOf(runners.of(rule).runner.applyRule(rule).document)) {
        let found = fields.get(field);
        if (found === undefined) fields.set(field, (found = { rules: 0, sources: new Set() }));
        found.rules++;
        found.sources.add(sourceOf(rule));
      }
    } catch (error) {
      if (!(error instanceof HuntbookError)) throw error;
      errors.push(error);
    }
  }
  const sorted = [...fields].toSorted(([a, x], [b, y]) => y.rules - x.rules || (a < b ? -1 : 1));
  if (options.json === true) {
    const data = sorted.map(([field, { rules, sources }]) => ({
      field,
      rules,
      logsources: [...sources].sort(),
    }));
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  } else {
    const rows = sorted.map(([field, { rules, sources }]) => [
      field,
      String(rules),
      shown([...sources].sort()),
    ]);
    process.stdout.write(textTable(['field', 'rules', 'log sources'], rows));
  }
  for (const error of errors)
    process.stderr.write(`huntbook: ${terminalText(error.message)} [${error.code}]\n`);
  await exit(errors.length > 0 ? ExitCode.rule : ExitCode.ok);
}

function sourceOf({ logsource: { product, category, service } }: SigmaRule): string {
  return [product, category, service].filter((part) => part !== undefined).join('/');
}

function shown(sources: readonly string[]): string {
  const rest = sources.length - 3;
  return rest > 0 ? `${sources.slice(0, 3).join(', ')} and ${rest} more` : sources.join(', ');
}

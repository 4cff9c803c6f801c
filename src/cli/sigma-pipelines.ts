/** `huntbook sigma pipelines`: the built-in pipelines, and each as a file to start from. */
import { dump } from 'js-yaml';
import { builtinPipeline, builtinPipelineNames, builtinPipelineSource } from '../sigma/index.ts';
import { textTable } from './text-table.ts';

export function runSigmaPipelines(name: string | undefined, options: { json?: boolean }): void {
  if (name !== undefined) {
    const source = builtinPipelineSource(name);
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(source, null, 2)}\n`
        : dump(source, { lineWidth: 110, noRefs: true }),
    );
    return;
  }
  const all = builtinPipelineNames().map((known) => ({ known, pipeline: builtinPipeline(known) }));
  if (options.json === true) {
    const data = all.map(({ known, pipeline }) => ({
      name: known,
      title: pipeline.description ?? pipeline.name,
      priority: pipeline.priority,
      targets: pipeline.allowedTargets,
      steps: pipeline.transformations.length,
    }));
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    textTable(
      ['pipeline', 'priority', 'targets', 'what it does'],
      all.map(({ known, pipeline }) => [
        known,
        String(pipeline.priority),
        pipeline.allowedTargets.join(' ') || 'all',
        pipeline.description ?? pipeline.name,
      ]),
    ),
  );
}

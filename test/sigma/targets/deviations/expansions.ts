/** For lists of deviations: values that a modifier made of one. */
import type { Detection, SigmaRule, SigmaValue, StringPart } from '../../../../src/sigma/ast.ts';

/** The texts that one modifier made of one value (windash, base64offset), for every such value of a rule. */
export function expansionsOf(rule: SigmaRule): (readonly StringPart[])[][] {
  const found: (readonly StringPart[])[][] = [];
  const visit = (detection: Detection): void => {
    if (detection.kind !== 'item') return detection.items.forEach(visit);
    let next = 0;
    for (const size of detection.groups ?? []) {
      const values: readonly SigmaValue[] = detection.values.slice(next, (next += size));
      if (size > 1) found.push(values.flatMap((value) => (value.kind === 'string' ? [value.parts] : [])));
    }
  };
  Object.values(rule.detections).forEach(visit);
  return found;
}

/** A text as the inner of a regular expression. */
export function literalText(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}/]/g, '\\$&');
}

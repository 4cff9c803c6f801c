/**
 * `split_path`, a step of ours: paths whose last name a schema keeps apart. Sysmon writes `key\name` for a value of the
 * registry; others have a column for the key and one for the name.
 */
import { ANY } from '../../ast.ts';
import type { Detection, SigmaValue, StringPart } from '../../ast.ts';
import { textOf } from '../parameters.ts';
import { describeValue } from '../values.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import { itemStep } from './items.ts';
import type { MakeStep } from './step.ts';

type StringValue = Extract<SigmaValue, { kind: 'string' }>;
/** Fields with what each must be; all of them must hold. */
type Alternative = readonly (readonly [field: string, value: SigmaValue])[];

/**
 * The item as what `container\name` must be: the same events, said with the fields `container` and `name`. With `whole`,
 * that field may also be the path. A text that has neither a separator nor a star before it can only be a container.
 * HB_PIPELINE_RULE for values that are no text.
 */
export const splitPath: MakeStep = (context) => {
  const { parameters } = context.step;
  const container = textOf(parameters, 'container');
  const name = textOf(parameters, 'name');
  const whole = textOf(parameters, 'whole');
  const alternatives = (value: SigmaValue, item: Item, work: Work): Alternative[] => {
    if (value.kind === 'null' || value.kind === 'exists') return [[[container, value]]];
    if (value.kind !== 'string')
      throw work.error(
        'HB_PIPELINE_RULE',
        `${item.field ?? 'the keyword'} becomes ${container} and ${name}, which ${describeValue(value)} cannot be split into`,
        item.position,
      );
    return [...(whole === '' ? [] : [[[whole, value]] as Alternative]), ...split(value, container, name)];
  };
  return itemStep(context, (item, work) => {
    const detections = item.values.map((value) =>
      join(
        'or',
        alternatives(value, item, work).map((parts) =>
          join(
            'and',
            parts.map(([field, part]): Detection => single(item, field, part)),
          ),
        ),
      ),
    );
    const all = join(item.link, detections);
    return item.negated ? negate(all) : all;
  });
};

function split(value: StringValue, container: string, name: string): Alternative[] {
  const open = value.parts[0] === ANY;
  const more = value.parts.length > 1 && value.parts.at(-1) === ANY;
  const inner = value.parts.slice(open ? 1 : 0, more ? -1 : undefined);
  const text = (parts: readonly StringPart[], before: boolean, after: boolean): SigmaValue => ({
    ...value,
    parts: [...(before ? [ANY] : []), ...parts, ...(after ? [ANY] : [])] as StringPart[],
  });
  const within: Alternative[] = more ? [[[container, value]]] : [];
  const cut = lastSeparator(inner);
  if (cut === null) {
    if (inner.length === 0 || !open) return [[[container, value]]];
    return [...within, [[name, text(inner, true, more)]]];
  }
  const [before, after] = cut;
  const parts: (readonly [string, SigmaValue])[] = [];
  if (before.length > 0 || !open) parts.push([container, text(before, open, false)]);
  if (after.length > 0 || !more) parts.push([name, text(after, false, more)]);
  return [...within, ...(parts.length === 0 ? [] : [parts])];
}

/** What stands before and after the last backslash; null where there is none. */
function lastSeparator(parts: readonly StringPart[]): [StringPart[], StringPart[]] | null {
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index];
    const at = typeof part === 'string' ? part.lastIndexOf('\\') : -1;
    if (typeof part !== 'string' || at === -1) continue;
    const [before, after] = [part.slice(0, at), part.slice(at + 1)];
    return [
      [...parts.slice(0, index), ...(before === '' ? [] : [before])],
      [...(after === '' ? [] : [after]), ...parts.slice(index + 1)],
    ];
  }
  return null;
}

function single(item: Item, field: string, value: SigmaValue): Item {
  const { groups: _groups, ...rest } = item;
  return { ...rest, field, values: [value], link: 'or', negated: false };
}

function join(kind: 'and' | 'or', items: readonly Detection[]): Detection {
  return items.length === 1 ? (items[0] as Detection) : { kind, items };
}

function negate(detection: Detection): Detection {
  if (detection.kind === 'item') return { ...detection, negated: true };
  return { kind: detection.kind === 'and' ? 'or' : 'and', items: detection.items.map(negate) };
}

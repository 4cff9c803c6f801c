/** The processes of a finding, from the top down: who started what, when, with which words, and which step it was. */
import { chainText, processText, topAndBottom } from '../process-chain.ts';
import { countOf, timeText } from '../text.ts';
import type { FindingProcess } from '../types.ts';
import { evidence, markup, type Markup } from './markup.ts';

/** Processes shown of one finding, and those named in its heading. */
const maxShown = 60;
const maxNamed = 12;
const maxCommand = 600;
const maxWord = 200;
/** Characters of command lines in one chain. */
const maxChars = 8_000;

/** What a page keeps of a chain. */
export interface SampleChain {
  readonly heading: string;
  readonly processes: readonly (SampleProcess | number)[];
  /** Of a chain rule: it is what was found, and stands open. */
  readonly open: boolean;
  readonly size: number;
}

/** A number instead: so many are left out here. */
export interface SampleProcess {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly user: string;
  readonly start: string;
  readonly step: string;
  readonly isInferred: boolean;
  readonly isKnown: boolean;
}

/** `clip`: copies what it cuts. Null where the finding has no chain. */
export function sampleChain(
  chain: readonly FindingProcess[] | undefined,
  open: boolean,
  clip: (text: string, limit: number) => string,
): SampleChain | null {
  if (!chain || chain.length === 0) return null;
  const { top, left, bottom } = topAndBottom(chain, maxShown);
  let size = 400;
  const shown = (process: FindingProcess): SampleProcess => {
    const command = size < maxChars ? clip(process.commandLine ?? '', maxCommand) : '';
    const one = {
      name: processText(process),
      title: clip(process.image ?? '', maxWord * 2),
      command,
      user: clip(process.user ?? '', maxWord),
      start: clip(process.start ?? '', maxWord),
      step: clip(process.step ?? '', maxWord),
      isInferred: process.link === 'inferred',
      isKnown: process.known,
    };
    size += command.length + one.title.length + one.step.length + one.user.length + 100;
    return one;
  };
  const processes = [...top.map(shown), ...(left > 0 ? [left] : []), ...bottom.map(shown)];
  return { heading: chainText(chain, maxNamed), processes, open, size };
}

export function renderChain(chain: SampleChain | null): Markup | null {
  if (chain === null) return null;
  const items = chain.processes.map((one) =>
    typeof one === 'number'
      ? markup`<li>… ${countOf(one, 'more process', 'more processes')}</li>`
      : item(one),
  );
  const body = markup`<summary>${evidence(chain.heading)}</summary><ol class="chain">${items}</ol></details>`;
  return chain.open ? markup`<details open>${body}` : markup`<details>${body}`;
}

function item({ name, title, command, user, start, step, isInferred, isKnown }: SampleProcess): Markup {
  const facts = [
    isInferred ? 'parent by process id and time' : '',
    isKnown ? '' : 'its creation was not seen',
    start === '' ? '' : timeText(start),
    user,
  ].filter(Boolean);
  const chip = step === '' ? null : markup` <span class="step">${evidence(step)}</span>`;
  const words = command === '' ? null : markup`<code>${evidence(command)}</code>`;
  return markup`<li class="${isInferred ? 'inferred' : 'bound'}"><b title="${evidence(title)}">${evidence(name)}</b>${chip}
<small>${evidence(facts.join(' · '))}</small>${words}</li>`;
}

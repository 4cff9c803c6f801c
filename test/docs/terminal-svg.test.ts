import { describe, expect, it } from 'vitest';
import { renderTerminal } from '../../scripts/terminal-svg.ts';

const esc = '\u001b';

describe('pictures of a terminal', () => {
  it('escape what the command prints', () => {
    const svg = renderTerminal('<script>&"\u0007', { command: 'show <x>' });
    expect(svg).toContain('&lt;script&gt;&amp;&quot;\uFFFD');
    expect(svg).toContain('<title>show &lt;x&gt;</title>');
    expect(svg).not.toContain('<script');
  });

  it('keep colours, weight, and the columns of words apart', () => {
    const svg = renderTerminal(`${esc}[1m${esc}[31mhigh${esc}[39m${esc}[22m   6  Title\n`, { command: 'c' });
    expect(svg).toMatch(/<tspan x="20\.0" class="b" fill="#ff7b72"[^>]*>high<\/tspan>/);
    expect(svg).toMatch(/<tspan x="74\.8">6<\/tspan><tspan x="98\.3">Title<\/tspan>/);
  });

  it('leave out other control sequences and what a carriage return draws over', () => {
    const svg = renderTerminal(`50%\r${esc}[2Kdone\n`, { command: 'c' });
    expect(svg).toContain('>done<');
    expect(svg).not.toContain('50%');
  });

  it('keep the first and the last lines and say how many are left out', () => {
    const text = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    const svg = renderTerminal(text, { command: 'c', head: 2, tail: 1 });
    expect([...svg.matchAll(/>(line \d+|… \d+ more lines)</g)].map(([, line]) => line)).toEqual([
      'line 0',
      'line 1',
      '… 27 more lines',
      'line 29',
    ]);
  });

  it('cut lines at the width', () => {
    expect(renderTerminal('x'.repeat(500), { command: 'c', columns: 60 })).toContain(`>${'x'.repeat(59)}…<`);
  });
});

/** Terminal styling that is either all on or all off: the caller decides, not the environment. */
import { styleText } from 'node:util';
import type { Level } from './levels.ts';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

export const levelStyle: Record<Level, Style> = {
  critical: ['bold', 'magentaBright'],
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: ['bold', 'cyan'],
  informational: 'bold',
  none: 'bold',
};

export const levelLabel: Record<Level, string> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  informational: 'info',
  none: 'no level',
};

/** The severity of rules: Sigma's five levels, most severe first, then rules that name none. */
export const levels = ['critical', 'high', 'medium', 'low', 'informational', 'none'] as const;
export type Level = (typeof levels)[number];

/** Anything that is not one of Sigma's levels counts as `none`. */
export function levelOf(level: string | null): Level {
  const name = level?.toLowerCase() as Level | undefined;
  return name !== undefined && levels.includes(name) ? name : 'none';
}

export function levelRank(level: Level): number {
  return levels.indexOf(level);
}

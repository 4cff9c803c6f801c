/** The first line of what the database says; the statement, which follows it, is not the user's. */
export function sqlErrorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 500);
}

/** Whether to write colours: the option first, then NO_COLOR, FORCE_COLOR, then what the stream is. */
export function useColor(wanted: boolean | undefined, stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = process.env;
  if (wanted === false || no) return false;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

export { csvField } from './csv.ts';
export { safeFileName } from './file-name.ts';
export { escapeHtml } from './html.ts';
export { escapeMarkdown } from './markdown.ts';
export { scriptJson } from './script-json.ts';
export { splQuote, splTerm } from './spl.ts';
export { terminalText } from './terminal.ts';
export { safeUrl } from './url.ts';
export { fitWidth, padWidth, textWidth } from './width.ts';

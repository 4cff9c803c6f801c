export { isJson } from './is-json.ts';
export { readJson } from './read-json.ts';

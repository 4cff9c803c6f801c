export { deviations } from './lucene.ts';

export { packageRoot, packageVersion } from './package.ts';

export { packageRoot, packageVersion } from './package.ts';
export { Secret } from './secret.ts';

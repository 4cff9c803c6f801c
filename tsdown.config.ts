import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'sigma/index': 'src/sigma/index.ts',
    'rules/index': 'src/rules/index.ts',
    'sources/index': 'src/sources/index.ts',
    'events/index': 'src/events/index.ts',
    'detect/index': 'src/detect/index.ts',
    'process/index': 'src/process/index.ts',
    'hunt/index': 'src/hunt/index.ts',
    'report/index': 'src/report/index.ts',
    'frame/index': 'src/store/index.ts',
    'spl/index': 'src/spl/index.ts',
    'config/index': 'src/config/index.ts',
    'lab/index': 'src/lab/index.ts',
    'cli/main': 'src/cli/main.ts',
    'hunt-worker': 'src/hunt/worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node22',
  fixedExtension: false,
  dts: true,
  clean: true,
  // Dependencies stay outside: they are installed with the package.
  deps: { skipNodeModulesBundle: true },
});

#!/usr/bin/env node
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';

// Compiled code is kept from run to run; half of a short run would go into compiling.
const cache =
  process.env.HUNTBOOK_CACHE ||
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'huntbook');
module.enableCompileCache?.(path.join(cache, 'code'));
// Rule commands end before V8's last compiler has paid for itself: a fifth of their time goes into it.
if (process.argv[2] === 'sigma') v8.setFlagsFromString('--no-opt');
await import('../dist/cli/main.js');

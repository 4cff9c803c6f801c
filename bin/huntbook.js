#!/usr/bin/env node
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

// Compiled code is kept from run to run; half of a short run would go into compiling.
const cache =
  process.env.HUNTBOOK_CACHE ||
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'huntbook');
module.enableCompileCache?.(path.join(cache, 'code'));
await import('../dist/cli/main.js');

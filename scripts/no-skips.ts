/**
 * Names the suites that were skipped because something is not on this machine. With HUNTBOOK_REQUIRE=1, as in CI, a
 * skipped test is a failure. Only tests that say "(not as root)" may be skipped there: root may read everything.
 */
import type { Reporter, TestModule } from 'vitest/node';

export default class NoSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        if (test.name.endsWith('(not as root)')) continue;
        const suite = test.fullName.split(' > ')[0] ?? module.moduleId;
        skipped.set(suite, (skipped.get(suite) ?? 0) + 1);
      }
    }
    for (const [suite, count] of skipped) console.log(`skipped: ${suite} (${count} tests)`);
    if (skipped.size > 0 && process.env['HUNTBOOK_REQUIRE'] === '1') {
      console.log('HUNTBOOK_REQUIRE=1: skipped tests count as failures');
      process.exitCode = 1;
    }
  }
}

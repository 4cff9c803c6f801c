/** Splunk: a connection, its settings from `.splunkrc` and the environment. Loaded when it is used. */
import type { SplunkEngine } from './engine.ts';
import type { SplunkSettings } from './types.ts';

export type { SplunkEngine } from './engine.ts';
export type { FoundSettings, SplunkSettingsOptions } from './settings.ts';
export type { SplunkMode, SplunkOptions, SplunkOutput, SplunkSettings } from './types.ts';

/** Nothing is sent before the first question. Throws HB_USAGE, HB_AUTH, HB_TLS, HB_CONFIG for settings that are no good. */
export async function openSplunk(settings: SplunkSettings): Promise<SplunkEngine> {
  const { SplunkEngine: Engine } = await import('./engine.ts');
  return new Engine(settings);
}

/** See docs/splunk.md. */
export async function splunkSettings(
  options: import('./settings.ts').SplunkSettingsOptions = {},
): Promise<import('./settings.ts').FoundSettings> {
  return (await import('./settings.ts')).findSplunkSettings(options);
}

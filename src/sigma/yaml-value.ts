/** What YAML texts are read as, before anything is known of rules. */
import type { YamlScalar } from './yaml-scalars.ts';

export type YamlValue = string | null | YamlScalar | YamlValue[] | YamlMap;
export interface YamlMap {
  [key: string]: YamlValue;
}

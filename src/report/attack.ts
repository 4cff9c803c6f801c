/** MITRE ATT&CK, for the rooms of the report. */
export {
  parseAttackTags,
  tacticUrl,
  tactics,
  techniqueUrl,
  type AttackTags,
  type Tactic,
} from '../sigma/index.ts';

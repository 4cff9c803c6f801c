/** Process trees and chains of any depth. */
export {
  Link,
  type Activity,
  type GraphEvent,
  type GraphNode,
  type LinkText,
  type ProcessColumns,
  type ProcessEnd,
  type ProcessGraph,
  type ProcessInfo,
  type ProcessName,
  type ProcessQuery,
  type ProcessSource,
  type ProcessStart,
  type SourceTree,
  type TextsOf,
  type TreeQuery,
} from './types.ts';
export { ProcessTreeBuilder, type TreeLimits } from './builder.ts';
export { treeOfColumns } from './linked-tree.ts';
export type { ProcessTree } from './tree.ts';
export type { Chain, ChainSpec, Relation, StepHit } from './chain/types.ts';

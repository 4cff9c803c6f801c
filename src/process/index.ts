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
  type ProcessStart,
  type TextsOf,
} from './types.ts';
export { aboutOf } from './about.ts';
export { activityOf } from './activity.ts';
export { actorOf, type Actor } from './actor.ts';
export { endOf, startOf } from './facts.ts';
export { processFields } from './fields.ts';
export { fileName } from './file-name.ts';
export { ProcessReader, type ProcessFact } from './reader.ts';
export { ProcessTreeBuilder, type TreeLimits } from './builder.ts';
export { treeOfColumns } from './linked-tree.ts';
export type { ProcessTree } from './tree.ts';
export {
  chainEventRows,
  type ChainEventOptions,
  type ChainEventRow,
  type ChainEventRows,
} from './chain-events.ts';
export { graphOf } from './graph.ts';
export { addEvents, type EventOptions } from './graph-events.ts';
export type { GraphOptions } from './selection.ts';
export { ancestors, descendants, pathBetween, siblings, type Walk, type WalkLimits } from './walk.ts';
export { findChains } from './chain/find.ts';
export { ChainWatch } from './chain/watch.ts';
export type { FoundChain, WatchedActor, WatchedChain, WatchOptions } from './chain/watch-types.ts';
export type { Chain, ChainSpec, Relation, StepHit } from './chain/types.ts';
export { rareChains, type RareChain, type RareChains, type RareOptions } from './rare.ts';
export type { ProcessQuery, ProcessSource, SourceTree, TreeQuery } from './source.ts';

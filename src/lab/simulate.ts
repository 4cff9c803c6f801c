/**
 * The simulation: activities follow each other so that the number of events made keeps to a curve of the working
 * day, attack scenes are played in between, and events leave in order of time. Memory holds the hosts and the
 * events that are not yet due, never the log.
 */
import { HOUR, MINUTE, sysmonTime } from './clock.ts';
import { buildCompany } from './company.ts';
import { mixes } from './background/mix.ts';
import type { LabEvent } from './event.ts';
import { Host } from './host.ts';
import { resolveOptions, type LabOptions } from './options.ts';
import { EventQueue } from './queue.ts';
import { Random } from './random.ts';
import { schemas } from './schemas.ts';
import { selectScenes } from './scenes/all.ts';
import type { Scene } from './scenes/types.ts';
import { Stage } from './stage.ts';
import { World, type PlantedChain } from './world.ts';

/** A scene as it was played. */
export interface PlayedScene {
  readonly scene: Scene;
  readonly host: string;
  readonly user: string;
}

export interface EstateRun {
  readonly events: Iterable<LabEvent>;
  /** Scenes played so far; complete once `events` is read to its end. */
  readonly played: readonly PlayedScene[];
  /** Chains of processes in those scenes. */
  readonly chains: readonly PlantedChain[];
  /** Names of the computers. */
  readonly computers: readonly string[];
}

/** How busy people are in each hour of a working day, by UTC. */
const DAY = [2, 2, 2, 2, 3, 6, 20, 50, 100, 130, 140, 130, 80, 110, 135, 130, 105, 70, 35, 18, 10, 6, 4, 3];
const SERVER_WEIGHT = 1.4;
const CONTROLLER_WEIGHT = 3;

/** The events of an estate in order of time. Each iteration of a new call starts afresh. */
export function generateEstate(options: LabOptions = {}): Iterable<LabEvent> {
  return simulate(options).events;
}

export function simulate(options: LabOptions): EstateRun {
  const settings = resolveOptions(options);
  const random = new Random(settings.seed);
  const company = buildCompany(random, settings.hosts, settings.users);
  const hosts = company.hosts.map((plan) => new Host(plan, random, settings.start));
  const world = new World(random, company, hosts, new EventQueue());
  const end = settings.start + settings.hours * HOUR;
  const planned = planScenes(selectScenes(settings.attacks), random, settings.start, end);
  const played: PlayedScene[] = [];
  const pace = new Pace(world, settings.start, end, settings.events);
  return {
    events: run(world, pace, planned, played, end),
    played,
    chains: world.chains,
    computers: hosts.map((host) => host.fqdn),
  };
}

interface PlannedScene {
  readonly scene: Scene;
  readonly time: number;
}

function* run(
  world: World,
  pace: Pace,
  planned: readonly PlannedScene[],
  played: PlayedScene[],
  end: number,
): Generator<LabEvent> {
  const { queue } = world;
  let nextScene = 0;
  for (const host of world.hosts)
    if (world.random.chance(0.1)) sysmonStarts(new Stage(world, host, pace.start));

  for (;;) {
    const time = pace.timeOf(queue.made);
    const scene = planned[nextScene];
    if (scene !== undefined && scene.time <= time) {
      nextScene++;
      const host = scene.scene.host(world);
      const stage = new Stage(world, host, scene.time);
      stage.mark = { scene: scene.scene.id, stage: '' };
      const user = scene.scene.play(stage);
      played.push({ scene: scene.scene, host: host.fqdn, user });
      continue;
    }
    if (time >= end) break;
    yield* due(world, time);
    const host = pace.pickHost(time);
    mixes[host.role].draw(world.random)(new Stage(world, host, time));
  }
  yield* due(world, Infinity, end);
}

/** Events up to a time; after the end of the log only those of attack scenes. */
function* due(world: World, time: number, end = Infinity): Generator<LabEvent> {
  const { queue } = world;
  while (queue.nextTime <= time) {
    const item = queue.pop();
    if (item === undefined) return;
    if (item.freePid !== 0) item.host.freePid(item.freePid);
    const { event } = item;
    if (event.time > end && event.mark === null) continue;
    event.recordId = item.host.nextRecord(event.schema.channel);
    yield event;
  }
}

/** Spreads the scenes over the log, leaving its last part for the longest of them to finish. */
function planScenes(scenes: readonly Scene[], random: Random, start: number, end: number): PlannedScene[] {
  const span = (end - start) * 0.8;
  return scenes.map((scene, i) => ({
    scene,
    time: Math.round(start + (end - start) * 0.05 + (span * (i + random.unit() * 0.8)) / scenes.length),
  }));
}

function sysmonStarts(stage: Stage): void {
  stage.sysmon(schemas.sysmonState, [sysmonTime(stage.time), 'Started', '15.15', '4.90']);
}

/** When the n-th event is due, and on whose host something happens next. */
class Pace {
  readonly start: number;
  readonly #world: World;
  readonly #end: number;
  /** Events per unit of weight and minute. */
  readonly #rate: number;
  #minuteStart: number;
  #before = 0;

  constructor(world: World, start: number, end: number, events: number) {
    this.#world = world;
    this.start = start;
    this.#end = end;
    this.#minuteStart = start;
    let total = 0;
    for (let time = start; time < end; time += MINUTE)
      total += this.#weight(time) * Math.min(1, (end - time) / MINUTE);
    this.#rate = events / total;
  }

  timeOf(made: number): number {
    while (this.#minuteStart < this.#end) {
      const due = this.#weight(this.#minuteStart) * this.#rate;
      if (this.#before + due > made) {
        const part = Math.max(0, (made - this.#before) / due);
        return Math.floor(this.#minuteStart + part * MINUTE);
      }
      this.#before += due;
      this.#minuteStart += MINUTE;
    }
    return this.#end;
  }

  pickHost(time: number): Host {
    const { workstations, servers, controller, random } = this.#world;
    const desks = workstations.length * rhythm(time);
    const at = random.unit() * (desks + servers.length * SERVER_WEIGHT + CONTROLLER_WEIGHT);
    if (at < desks) return random.pick(workstations);
    return at < desks + CONTROLLER_WEIGHT ? controller : random.pick(servers);
  }

  #weight(time: number): number {
    const { workstations, servers } = this.#world;
    return workstations.length * rhythm(time) + servers.length * SERVER_WEIGHT + CONTROLLER_WEIGHT;
  }
}

function rhythm(time: number): number {
  const date = new Date(time / 1000);
  const weekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
  return ((DAY[date.getUTCHours()] ?? 2) / 100) * (weekend ? 0.06 : 1);
}

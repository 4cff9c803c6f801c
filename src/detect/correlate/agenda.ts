/** What is still to be done, earliest first (a binary heap): by time, then by the rank of whose turn it is. */

export interface Task {
  readonly time: number;
  readonly rank: number;
  /** Of tasks of one time and rank, those added first come first. */
  readonly serial: number;
}

export class Agenda<T extends Task> {
  readonly #tasks: T[] = [];

  get size(): number {
    return this.#tasks.length;
  }

  peek(): T | undefined {
    return this.#tasks[0];
  }

  add(task: T): void {
    const tasks = this.#tasks;
    let at = tasks.push(task) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(task, tasks[above] as T)) break;
      tasks[at] = tasks[above] as T;
      at = above;
    }
    tasks[at] = task;
  }

  take(): T | undefined {
    const tasks = this.#tasks;
    const first = tasks[0];
    const last = tasks.pop();
    if (tasks.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= tasks.length) break;
      if (below + 1 < tasks.length && isBefore(tasks[below + 1] as T, tasks[below] as T)) below++;
      if (!isBefore(tasks[below] as T, last)) break;
      tasks[at] = tasks[below] as T;
      at = below;
    }
    tasks[at] = last;
    return first;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.time - b.time < 0 || (a.time === b.time && (a.rank - b.rank || a.serial - b.serial) < 0);
}

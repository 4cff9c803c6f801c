/**
 * Events of processes, in any order, to a tree. Numbers go into typed arrays and texts into a pool of bytes: a million
 * processes with command lines of 100 characters take some 250 MB.
 */
import { HuntbookError } from '../errors.ts';
import { growingInts, growingTimes, growingWords } from './growing.ts';
import { putGuid } from './guid.ts';
import { treeOfColumns } from './linked-tree.ts';
import { Names } from './names.ts';
import { TextPool } from './text-pool.ts';
import type { ProcessTree } from './tree.ts';
import type { ProcessColumns, ProcessEnd, ProcessStart } from './types.ts';

export interface TreeLimits {
  /** Creations and ends, each. */
  readonly maxProcesses?: number;
  /** Bytes of command lines and other texts; what is beyond is left out. */
  readonly maxTextBytes?: number;
}

/** Some 2 GB of numbers. */
const mostProcesses = 20_000_000;
const mostTextBytes = 1 << 30;

export class ProcessTreeBuilder {
  /** Creations that were given. */
  length = 0;
  #ends = 0;
  readonly #maxProcesses: number;
  readonly #pool: TextPool;
  readonly #hosts = new Names();
  readonly #images = new Names();
  readonly #hostId = growingInts();
  readonly #imageId = growingInts();
  readonly #parentImageId = growingInts();
  readonly #guid = growingWords();
  readonly #parentGuid = growingWords();
  readonly #pid = growingInts();
  readonly #parentPid = growingInts();
  readonly #time = growingTimes();
  readonly #ref = growingTimes();
  readonly #texts = growingInts();
  readonly #endHostId = growingInts();
  readonly #endImageId = growingInts();
  readonly #endGuid = growingWords();
  readonly #endPid = growingInts();
  readonly #endTime = growingTimes();

  constructor(limits: TreeLimits = {}) {
    this.#maxProcesses = limits.maxProcesses ?? mostProcesses;
    this.#pool = new TextPool(limits.maxTextBytes ?? mostTextBytes);
  }

  /** Texts that are not kept, or not whole, because they are too long or too many. */
  get textsCut(): number {
    return this.#pool.cut;
  }

  add(start: ProcessStart): void {
    const at = this.length;
    this.#bound(at);
    this.#hostId.reserve(at + 1)[at] = this.#hosts.add(start.host);
    this.#imageId.reserve(at + 1)[at] = this.#images.add(start.image);
    this.#parentImageId.reserve(at + 1)[at] = this.#images.add(start.parentImage);
    putGuid(this.#guid.reserve(at * 4 + 4), at * 4, start.guid);
    putGuid(this.#parentGuid.reserve(at * 4 + 4), at * 4, start.parentGuid);
    this.#pid.reserve(at + 1)[at] = start.pid ?? -1;
    this.#parentPid.reserve(at + 1)[at] = start.parentPid ?? -1;
    this.#time.reserve(at + 1)[at] = start.time ?? Number.NaN;
    this.#ref.reserve(at + 1)[at] = start.ref;
    const texts = this.#texts.reserve(at * textColumns + textColumns);
    texts[at * textColumns] = this.#pool.add(start.commandLine);
    texts[at * textColumns + 1] = this.#pool.add(start.user);
    texts[at * textColumns + 2] = this.#pool.add(start.parentCommandLine);
    texts[at * textColumns + 3] = this.#pool.add(start.image);
    this.length++;
  }

  end(end: ProcessEnd): void {
    const at = this.#ends;
    this.#bound(at);
    this.#endHostId.reserve(at + 1)[at] = this.#hosts.add(end.host);
    this.#endImageId.reserve(at + 1)[at] = this.#images.add(end.image);
    putGuid(this.#endGuid.reserve(at * 4 + 4), at * 4, end.guid);
    this.#endPid.reserve(at + 1)[at] = end.pid ?? -1;
    this.#endTime.reserve(at + 1)[at] = end.time ?? Number.NaN;
    this.#ends++;
  }

  /** The tree of all that was given so far; more may be given after it, for a further tree. */
  build(): ProcessTree {
    const texts = this.#texts.array;
    const text = (row: number, column: number): string | null =>
      this.#pool.get(texts[row * textColumns + column] as number);
    return treeOfColumns(
      this.#columns(),
      async (rows) =>
        rows.map((row) => ({
          commandLine: text(row, 0),
          user: text(row, 1),
          parentCommandLine: text(row, 2),
          image: text(row, 3),
        })),
      (a, b) => {
        for (let column = 0; column < textColumns; column++) {
          const one = text(a, column) ?? '';
          const other = text(b, column) ?? '';
          if (one !== other) return one < other ? -1 : 1;
        }
        return 0;
      },
    );
  }

  #columns(): ProcessColumns {
    return {
      length: this.length,
      hosts: [...this.#hosts.spelled],
      images: [...this.#images.spelled],
      hostId: this.#hostId.array,
      imageId: this.#imageId.array,
      parentImageId: this.#parentImageId.array,
      guid: this.#guid.array,
      parentGuid: this.#parentGuid.array,
      pid: this.#pid.array,
      parentPid: this.#parentPid.array,
      time: this.#time.array,
      ref: this.#ref.array,
      ends: {
        length: this.#ends,
        hostId: this.#endHostId.array,
        imageId: this.#endImageId.array,
        guid: this.#endGuid.array,
        pid: this.#endPid.array,
        time: this.#endTime.array,
      },
    };
  }

  #bound(count: number): void {
    if (count < this.#maxProcesses) return;
    throw new HuntbookError('HB_LIMIT', `more than ${this.#maxProcesses} processes`, {
      hint: 'Narrow the time span or the hosts.',
    });
  }
}

/** Command line, user, command line of the parent, image. */
const textColumns = 4;

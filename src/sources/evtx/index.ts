/** The door of the EVTX reader, and of what a writer of EVTX shares with it. */
export {
  CHUNK_HEADER_SIZE,
  CHUNK_SIZE,
  CHUNK_SIGNATURE,
  ChunkHeader,
  chunkHeaderChecksum,
  chunkRecordsChecksum,
  DEFINITION_HEADER_SIZE,
  FILE_HEADER_SIZE,
  FILE_SIGNATURE,
  FileHeader,
  fileHeaderChecksum,
  FIXED_SIZE,
  isEvtx,
  NO_DEPENDENCY,
  RECORD_HEADER_SIZE,
  RECORD_SIGNATURE,
  Token,
  ValueType,
} from './format.ts';
export { readEvtx } from './read.ts';

/** `huntbook lab splunk`. */
import { HuntbookError } from '../errors.ts';

export interface LabSplunkCliOptions {
  readonly port: number;
  readonly user: string;
  readonly passwordFile?: string;
  readonly token?: boolean;
  readonly raw: 'message' | 'xml';
  readonly index: string;
  readonly splunkVersion: string;
  readonly maxJobs: number;
  readonly quiet?: boolean;
}

export async function runLabSplunk(_paths: readonly string[], _options: LabSplunkCliOptions): Promise<void> {
  throw new HuntbookError('HB_INTERNAL', 'not there yet');
}

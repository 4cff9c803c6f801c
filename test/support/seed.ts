/**
 * Property tests draw the same sample in every usual run, so that a failure is of the change that is tested;
 * full runs draw a new one each time. `HUNTBOOK_SEED` takes one from a report.
 */
import { configureGlobal } from 'fast-check';

const given = process.env['HUNTBOOK_SEED'];
if (given !== undefined) configureGlobal({ seed: Number(given) });
else if (process.env['HUNTBOOK_FULL'] === undefined) configureGlobal({ seed: 20_261_123 });

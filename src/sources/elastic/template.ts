/**
 * The index template for events that huntbook loads. Every value stays the text that it was, as a keyword, so that
 * rules mean there what they mean in files; second forms of a field (`DestinationIp.ip`) hold it as a type. Fields of
 * huntbook's own begin with `huntbook_`.
 * https://www.elastic.co/docs/manage-data/data-store/mapping, https://docs.opensearch.org/latest/mappings/
 */

/**
 * Lucene takes terms of 32,766 bytes at most, and a UTF-16 unit has three in UTF-8 at most: no longer value is refused.
 * What is longer is put into an object of its own, as fields of the type wildcard, which has no such bound but is far
 * slower to load.
 */
export const longestKeyword = 10_922;
/** The field that holds all values, for keywords of rules. */
export const everythingField = 'huntbook_all';
/** Values that are too long for keywords, by the name of their field. */
export const longObject = 'huntbook_long';
/** Numbers that are written in hexadecimal, by the name of their field. */
export const hexObject = 'huntbook_hex';
/** Names come from data: a bound on what hostile events can do to the cluster. */
const mostFields = 5000;

const ipNames = '^(?:.*I[pP]|.*IpAddress|.*_ip)$';
const timeNames = '^(?:.*UtcTime|SystemTime|TimeCreated)$';
const numberNames =
  '^(?:Event(?:Record)?I[dD]|.*(?:Process|Thread)I[dD]|.*Port|.*Count|.*Length|.*Size|Level|.*LogonType)$';

function strings(extra: Readonly<Record<string, unknown>> | null): Record<string, unknown> {
  const fields = extra === null ? {} : { fields: extra };
  return { type: 'keyword', ignore_above: longestKeyword, copy_to: everythingField, ...fields };
}

function byName(name: string, pattern: string, mapping: unknown): Record<string, unknown> {
  return { [name]: { match_mapping_type: 'string', match_pattern: 'regex', match: pattern, mapping } };
}

/** `wildcard`: the server knows fields of the type wildcard (OpenSearch 2.15, Elasticsearch 7.9). */
export function eventTemplate(pattern: string, wildcard: boolean): Record<string, unknown> {
  const time = {
    type: 'date_nanos',
    format: 'strict_date_optional_time_nanos||yyyy-MM-dd HH:mm:ss.SSS||epoch_millis',
    ignore_malformed: true,
  };
  const long = wildcard ? { type: 'wildcard' } : { type: 'keyword', index: false, doc_values: false };
  return {
    index_patterns: [pattern],
    // Above templates of products for everything (100), below those that somebody wrote for this pattern (500).
    priority: 300,
    template: {
      settings: { index: { mapping: { total_fields: { limit: mostFields } } } },
      mappings: {
        date_detection: false,
        numeric_detection: false,
        properties: {
          '@timestamp': { type: 'date_nanos', format: 'strict_date_optional_time_nanos||epoch_millis' },
          [everythingField]: { type: 'keyword', ignore_above: longestKeyword, doc_values: false },
        },
        dynamic_templates: [
          { hex: { path_match: `${hexObject}.*`, mapping: { type: 'long' } } },
          { long: { path_match: `${longObject}.*`, mapping: long } },
          byName('addresses', ipNames, strings({ ip: { type: 'ip', ignore_malformed: true } })),
          byName('times', timeNames, strings({ time })),
          byName('numbers', numberNames, strings({ number: { type: 'double', ignore_malformed: true } })),
          { strings: { match_mapping_type: 'string', mapping: strings(null) } },
        ],
      },
    },
  };
}

/** Names of fields in small letters with underscores, as Databricks and dbt have them. */
import type { PipelineSource } from './source.ts';

export const snakeCase = (): PipelineSource => ({
  name: 'Field names in snake_case',
  priority: 20,
  transformations: [{ type: 'field_name_transform', transform_func: 'snake_case' }],
});

/** ClickSIEM: Wazuh alerts in ClickHouse, whose columns are named by their path in the alert. */
import type { PipelineSource } from './source.ts';

export const clickhouseClicksiem = (): PipelineSource => ({
  name: 'ClickHouse: fields of ClickSIEM (Wazuh events)',
  priority: 20,
  transformations: [
    {
      type: 'field_name_mapping',
      mapping: {
        EventID: 'alert.data.win.system.eventID',
        Channel: 'alert.data.win.system.channel',
        Image: 'data.win.eventdata.image',
        SubjectUserName: 'alert.data.win.eventdata.subjectUserName',
        TargetUserName: 'alert.data.win.eventdata.targetUserName',
      },
    },
  ],
});

/** Text of XML 1.0 documents: elements, and attribute values in either kind of quotes. */
import { escapeHtml } from '../../escape/index.ts';

/** Characters that may not stand in XML 1.0 in any form, and halves of surrogate pairs. */
const forbidden = new RegExp(
  String.raw`[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`,
  'g',
);

/** What XML can not hold becomes U+FFFD, so that it is seen that something was there. A CR stays a CR. */
export function xmlText(text: string): string {
  return escapeHtml(text.replace(forbidden, '\ufffd')).replaceAll('\r', '&#13;');
}

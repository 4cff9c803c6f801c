/**
 * JSON text inside `<script type="application/json">`. Outside of strings JSON holds none of these characters,
 * so that replacing them by their escapes keeps the value.
 */
export function scriptJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

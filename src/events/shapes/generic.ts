/**
 * Any other JSON (AWS CloudTrail and the like): nested members are joined by dots. Always recognised, so it comes
 * last.
 */
import { plain, type Shape, Trait } from './shape.ts';

export const generic: Shape = {
  name: 'generic',
  mapPath: (path) => plain(path.join('.'), Trait.data),
};

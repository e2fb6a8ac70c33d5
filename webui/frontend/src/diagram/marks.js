// Marks on a diagram's elements: classes for open and passed, a small note above an activity
import { make } from '../shell/notices.js';

/** `open`, `passed` and `flows` are element ids; `notes` maps an id to a short text. Unknown ids are left out. */
export function mark(viewer, { open = [], passed = [], flows = [], notes = {} }) {
  const [canvas, registry, overlays] = ['canvas', 'elementRegistry', 'overlays'].map(name => viewer.get(name));
  const known = ids => ids.filter(id => registry.get(id));
  known(passed).forEach(id => canvas.addMarker(id, 'passed'));
  known(flows).forEach(id => canvas.addMarker(id, 'passed'));
  known(open).forEach(id => canvas.addMarker(id, 'open'));
  for (const id of known(Object.keys(notes))) {
    overlays.add(id, 'note', { position: { top: -12, left: 6 }, html: make('div', { class: 'diagram-note' }, notes[id]) });
  }
}

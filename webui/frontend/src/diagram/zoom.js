// How a diagram is brought into view: all of it, or, when that could not be read, its part that matters now
import { make } from '../shell/notices.js';
import { t } from '../shell/page.js';

const READABLE = 0.55;
const MARGIN = 24;

/** Show the whole drawing, leaving `left` pixels free (for a palette). Returns the scale. */
export function showAll(viewer, left = 0) {
  const canvas = viewer.get('canvas');
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  const room = { width: outer.width - left - 2 * MARGIN, height: outer.height - 3 * MARGIN };
  const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
  if (!(scale > 0)) return 1;
  canvas.viewbox({
    x: inner.x - (left + MARGIN + Math.max(0, (room.width - inner.width * scale) / 2)) / scale,
    y: inner.y - (MARGIN + Math.max(0, (room.height - inner.height * scale) / 2)) / scale,
    width: outer.width / scale,
    height: outer.height / scale,
  });
  return scale;
}

/** Show the whole drawing if it can be read so; else the part around `focus` (an id), or where it begins. */
export function showReadably(viewer, { focus, left = 0 } = {}) {
  if (showAll(viewer, left) >= READABLE) return;
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const start = registry.find(element => element.type === 'bpmn:StartEvent');
  const element = registry.get(focus) ?? start;
  if (!element) return;
  const { inner, outer } = canvas.viewbox();
  const size = { width: outer.width / READABLE, height: outer.height / READABLE };
  const middle = { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const between = (low, wanted, high) => (high < low ? (low + high) / 2 : Math.min(high, Math.max(low, wanted)));
  const edge = MARGIN / READABLE;
  canvas.viewbox({
    x: between(inner.x - left / READABLE - edge, middle.x - size.width / 2, inner.x + inner.width - size.width + edge),
    y: between(inner.y - edge, middle.y - size.height / 2, inner.y + inner.height - size.height + edge),
    ...size,
  });
}

export function zoomButtons(viewer) {
  const canvas = viewer.get('canvas');
  const button = (sign, label, act) => {
    const element = make('button', { type: 'button', class: 'icon-button', title: label, 'aria-label': label }, sign);
    element.addEventListener('click', act);
    return element;
  };
  return make('div', { class: 'zoom' },
    button('+', t('Zoom in'), () => canvas.zoom(canvas.zoom() * 1.25)),
    button('−', t('Zoom out'), () => canvas.zoom(canvas.zoom() / 1.25)),
    button('⤢', t('Fit to view'), () => showAll(viewer)));
}

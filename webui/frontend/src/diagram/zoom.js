// Zoom by buttons, for those without a wheel and for a wheel that scrolls the page
import { make } from '../shell/notices.js';
import { t } from '../shell/page.js';

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
    button('⤢', t('Fit to view'), () => canvas.zoom('fit-viewport', 'auto')));
}

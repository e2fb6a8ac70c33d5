// Toasts (passing) and flashes (stay until dismissed)
import { t } from './page.js';

/** Build an element: make('p', {class: 'quiet'}, 'text', child…) */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function toast(text, tone = '') {
  const element = make('div', { class: `toast ${tone}` }, text);
  document.getElementById('toasts')?.append(element);
  setTimeout(() => element.remove(), 5000);
}

/** Show what was refused, in `place`; returns the element. */
export function showRefusal(place, refusal) {
  const told = refusal.told ?? { title: t('Something went wrong'), message: refusal.message };
  const body = make('div', {}, make('p', {}, make('strong', {}, told.title ?? '')));
  for (const line of [told.message, told.advice]) if (line) body.append(make('p', {}, line));
  if (told.incident_id) body.append(make('p', {}, `${t('Incident number')} `, make('code', {}, told.incident_id)));
  if (refusal.status === 409) {
    const reload = make('button', { type: 'button', class: 'button small' }, t('Reload'));
    reload.addEventListener('click', () => location.reload());
    body.append(make('p', { class: 'actions' }, reload));
  }
  const element = make('div', { class: 'flash bad', role: 'alert' }, make('span', { 'aria-hidden': 'true' }, '!'), body);
  place.replaceChildren(element);
  element.scrollIntoView({ block: 'nearest' });
  return element;
}

export function installNotices() {
  document.addEventListener('click', event => {
    event.target.closest('[data-dismiss]')?.closest('.flash')?.remove();
    const text = event.target.closest('[data-toast]')?.dataset.toast;
    if (text) toast(text);
  });
}

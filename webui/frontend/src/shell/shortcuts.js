// Keys: "/" search, "g" then a letter goes to a place, "?" help, j and k walk the rows of the first table
import { t } from './page.js';
import { make } from './notices.js';

let waitsForPlace = false;
const typing = element => element.closest('input, textarea, select, [contenteditable=true], .djs-container, .cm-editor');

function walk(step) {
  const links = [...document.querySelectorAll('.table .row-link')];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
}

function help() {
  const rows = [['/', t('Search')], ['j  k', t('Next or earlier row')], ['Ctrl+Enter', t('Complete the form')], ['?', t('This help')]];
  for (const link of document.querySelectorAll('[data-go]')) rows.unshift([`g ${link.dataset.go}`, link.textContent.trim()]);
  const list = make('div', { class: 'keys' }, ...rows.flatMap(([key, text]) => [make('kbd', {}, key), make('span', {}, text)]));
  const close = make('button', { class: 'button' }, t('Close'));
  const dialog = make('dialog', { class: 'sheet', 'aria-label': t('Keyboard shortcuts') },
    make('h2', {}, t('Keyboard shortcuts')), list, make('form', { method: 'dialog', class: 'actions' }, close));
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (waitsForPlace) {
    waitsForPlace = false;
    document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
    return;
  }
  const actions = { g: () => { waitsForPlace = true; }, j: () => walk(1), k: () => walk(-1), '?': help };
  const marked = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (!marked && !actions[event.key]) return;
  event.preventDefault();
  if (marked) marked.matches('input, textarea') ? marked.focus() : marked.click();
  else actions[event.key]();
}

export function installShortcuts() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', event => { if (event.target.closest('[data-shortcuts-help]')) help(); });
}

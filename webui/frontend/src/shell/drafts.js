// Keeps what a person types, until the server took it: localStorage, by user and task, for one day, gone at sign-out
import { t, viewerLogin } from './page.js';
import { make } from './notices.js';

const PREFIX = 'caseloop.draft.';
const KEPT_MILLISECONDS = 24 * 3600 * 1000;
const name = key => `${PREFIX}${viewerLogin()}.${key}`;

export function keepDraft(key, value) {
  localStorage.setItem(name(key), JSON.stringify({ at: Date.now(), value }));
}

/** The kept value, or undefined. */
export function draftOf(key) {
  const kept = JSON.parse(localStorage.getItem(name(key)) ?? 'null');
  return kept && Date.now() - kept.at < KEPT_MILLISECONDS ? kept.value : undefined;
}

export const dropDraft = key => localStorage.removeItem(name(key));

function forget(expired) {
  for (const key of Object.keys(localStorage).filter(k => k.startsWith(PREFIX))) {
    if (expired(JSON.parse(localStorage.getItem(key)))) localStorage.removeItem(key);
  }
}

/** A line that says a draft is back, with a button that throws it away. */
export function draftNotice(discard) {
  const button = make('button', { type: 'button', class: 'button small' }, t('Discard'));
  const notice = make('p', { class: 'flash info' }, make('span'), make('span', {}, t('Your draft is back.')), button);
  button.addEventListener('click', () => { discard(); notice.remove(); });
  return notice;
}

const fieldsOf = form => [...form.elements].filter(
  e => e.name && e.name !== 'csrf_token' && !['password', 'file', 'submit', 'button', 'hidden'].includes(e.type),
);
const isTicked = e => e.type === 'checkbox' || e.type === 'radio';

function watch(form) {
  const key = form.dataset.draft;
  const kept = draftOf(key);
  if (kept) {
    for (const e of fieldsOf(form)) {
      const value = kept[isTicked(e) ? `${e.name}=${e.value}` : e.name];
      if (value === undefined) continue;
      if (isTicked(e)) e.checked = value; else e.value = value;
    }
    form.closest('details')?.setAttribute('open', '');
    form.prepend(draftNotice(() => { dropDraft(key); form.reset(); }));
  }
  form.addEventListener('input', () => keepDraft(key, Object.fromEntries(
    fieldsOf(form).map(e => (isTicked(e) ? [`${e.name}=${e.value}`, e.checked] : [e.name, e.value])),
  )));
}

export function installDrafts() {
  forget(kept => !kept || Date.now() - kept.at >= KEPT_MILLISECONDS);
  // Only the server knows that it took the form: its answer page names the draft that is done
  document.querySelectorAll('[data-draft-done]').forEach(e => dropDraft(e.dataset.draftDone));
  document.querySelectorAll('form[data-draft]').forEach(watch);
  document.addEventListener('submit', event => { if (event.target.matches('[data-forgets-drafts]')) forget(() => true); });
}

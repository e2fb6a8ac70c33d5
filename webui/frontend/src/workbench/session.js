// What the three editors share: saving with the revision that was read, knowing what is unsaved, guarding it
import { call } from '../shell/api.js';
import { showRefusal, toast } from '../shell/notices.js';
import { pageData, t } from '../shell/page.js';
import { showFindings } from './findings.js';

const PANEL_PAINTED_MS = 200;

/**
 * Bind the buttons of workbench.html. `take()` gives what is to be saved ({xml, svg} or {schema});
 * `commandStack()` is the one that undo and redo work on now; `select(finding)` shows a finding's element.
 * The answer to a save is {revision, findings, message}.
 */
export function openSession({ take, commandStack, select, fit }) {
  const data = pageData();
  const place = document.getElementById('flash');
  const saveButton = document.getElementById('save');
  const state = document.getElementById('save-state');
  let { revision } = data;
  let dirty = false;
  let changes = 0;

  const button = (id, act) => document.getElementById(id)?.addEventListener('click', act);
  function say(text, tone) {
    state.textContent = text;
    state.className = `badge ${tone}`;
  }
  function changed() {
    changes += 1;
    dirty = true;
    say(t('Unsaved changes'), 'warn');
    for (const [id, can] of [['undo', 'canUndo'], ['redo', 'canRedo']]) {
      const element = document.getElementById(id);
      if (element) element.disabled = !commandStack()?.[can]();
    }
  }

  async function save() {
    saveButton.disabled = true;
    say(t('Saving…'), 'info');
    const taken = changes;
    try {
      const answer = await call('PUT', data.saveUrl, { ...await take(), revision });
      revision = answer.revision;
      // Whoever draws on while the save is under way has unsaved changes again
      dirty = changes !== taken;
      say(dirty ? t('Unsaved changes') : t('Saved'), dirty ? 'warn' : 'good');
      place.replaceChildren();
      if (answer.findings) showFindings(answer.findings, select);
      toast(answer.message ?? t('Saved'));
      return true;
    } catch (refusal) {
      say(t('Not saved'), 'bad');
      showRefusal(place, refusal);
      if (refusal.told?.findings) showFindings(refusal.told.findings, select);
      return false;
    } finally {
      saveButton.disabled = false;
    }
  }

  saveButton?.addEventListener('click', save);
  button('undo', () => commandStack()?.undo());
  button('redo', () => commandStack()?.redo());
  button('fit', () => fit?.());
  document.getElementById('deploy')?.addEventListener('click', async event => {
    if (!dirty) return;
    event.preventDefault();
    if (await save()) location.assign(event.target.closest('a').href);
  });
  document.addEventListener('keydown', event => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!saveButton.disabled) save();
  });
  addEventListener('beforeunload', event => { if (dirty) event.preventDefault(); });
  if (data.findings) showFindings(data.findings, select);
  // The properties panel follows the selection only once it has been painted
  if (data.selected) setTimeout(() => select?.({ element_id: data.selected }), PANEL_PAINTED_MS);
  document.body.dataset.ready = '1';
  return { changed };
}

// A task's form: shown by form-js, kept as a draft, checked by the server, sent with the revision that was read
import './shell/nonce.js';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import './css/widgets.css';
import { Form } from '@bpmn-io/form-js-viewer';
import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/esm/l10n/zh.js';
import formZh from './i18n/form-zh.js';
import { translator } from './i18n/translator.js';
import { call } from './shell/api.js';
import { draftNotice, draftOf, dropDraft, keepDraft } from './shell/drafts.js';
import { make, showRefusal, toast } from './shell/notices.js';
import { language, pageData, t } from './shell/page.js';

const additionalModules = language === 'zh' ? [translator(formZh)] : [];
if (language === 'zh') flatpickr.localize(Mandarin);

/** Field key -> messages, put to the fields that have that key; returns the messages that found no field. */
function showFieldErrors(form, fields) {
  const registry = form.get('formFieldRegistry').getAll();
  const errors = {};
  const homeless = [];
  for (const [key, messages] of Object.entries(fields)) {
    const field = registry.find(f => f.key === key);
    if (field) errors[field.id] = messages;
    else homeless.push(`${key}: ${messages.join(' ')}`);
  }
  form._setState({ errors });
  return homeless;
}

// form-js shows and takes over what changed only after a moment
const aMoment = () => new Promise(done => setTimeout(done, 60));

async function focusFirstError(host) {
  await aMoment();
  host.querySelector('[aria-invalid=true], .fjs-has-errors :is(input, textarea, select)')?.focus();
}

async function submit({ form, host, task, messages, button }) {
  // What was typed last is taken over when its field loses the focus
  document.activeElement?.blur();
  await aMoment();
  const { data, errors } = form.submit();
  messages.replaceChildren();
  if (Object.keys(errors).length) {
    messages.append(make('p', { class: 'flash bad' }, make('span', {}, '!'), make('span', {}, t('Please correct the marked fields.'))));
    focusFirstError(host);
    return;
  }
  button.disabled = true;
  try {
    const answer = await call('POST', task.submitUrl, { revision: task.revision, request_id: task.requestId, data });
    if (task.draftKey) dropDraft(task.draftKey);
    if (answer.message) toast(answer.message);
    host.dispatchEvent(new CustomEvent('form-taken', { bubbles: true, detail: answer }));
    if (answer.next) location.assign(answer.next);
  } catch (refusal) {
    const homeless = showFieldErrors(form, refusal.told?.fields ?? {});
    const flash = showRefusal(messages, refusal);
    for (const line of homeless) flash.lastElementChild.append(make('p', {}, line));
    if (refusal.told?.fields) focusFirstError(host);
  } finally {
    button.disabled = false;
  }
}

function keepDrafts(form, task, section, host) {
  const state = section.querySelector('[data-draft-state]');
  let timer;
  let touched = false;
  // form-js also reports its own tidying after the start, such as times in the browser's zone: nothing that a person typed
  const touch = event => { touched ||= event.isTrusted || event.target === document.activeElement; };
  for (const kind of ['input', 'pointerdown', 'keydown']) section.addEventListener(kind, touch, true);
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    keepDraft(task.draftKey, { revision: task.revision, data: form._getState().data });
    if (state) state.textContent = t('Draft kept in this browser');
  };
  form.on('field.updated', () => {
    if (!touched) return;
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  addEventListener('pagehide', () => {
    document.activeElement?.blur();
    if (timer) keep();
  });
  const forget = () => { clearTimeout(timer); timer = undefined; touched = false; };
  host.addEventListener('form-taken', forget);
  document.addEventListener('submit', event => { if (event.target.matches('[data-forgets-drafts]')) forget(); });
}

async function mount(section) {
  section.dataset.mounted = '';
  const task = pageData(section.dataset.form);
  const host = section.querySelector('.form-host');
  const messages = section.querySelector('.form-messages');
  const form = new Form({ container: host, additionalModules, properties: { readOnly: Boolean(task.readOnly) } });
  const draft = task.draftKey && !task.readOnly ? draftOf(task.draftKey) : undefined;
  await form.importSchema(task.schema, { ...task.data, ...draft?.data });
  if (draft) {
    messages.append(draftNotice(() => { dropDraft(task.draftKey); form.importSchema(task.schema, task.data); }));
  }
  if (task.draftKey && !task.readOnly) keepDrafts(form, task, section, host);
  const button = section.querySelector('[data-submit]');
  button?.addEventListener('click', () => submit({ form, host, task, messages, button }));
  section.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) button?.click();
  });
  section.caseloopForm = form;
  section.dataset.ready = '';
}

const mountAll = () => document.querySelectorAll('[data-form]:not([data-mounted])').forEach(mount);
document.addEventListener('htmx:after:swap', mountAll);
mountAll();

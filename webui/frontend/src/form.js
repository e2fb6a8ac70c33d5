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

function keepDrafts(form, task, section) {
  const state = section.querySelector('[data-draft-state]');
  let timer;
  form.on('field.updated', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { data, initialData } = form._getState();
      // form-js also reports its own tidying after the start: nothing that a person typed
      if (JSON.stringify(data) === JSON.stringify(initialData)) return;
      keepDraft(task.draftKey, { revision: task.revision, data });
      if (state) state.textContent = t('Draft kept in this browser');
    }, 400);
  });
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
  if (task.draftKey && !task.readOnly) keepDrafts(form, task, section);
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

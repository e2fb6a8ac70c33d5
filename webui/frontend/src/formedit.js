// The analyst's form editor
import './shell/nonce.js';
import 'editor-viewer:dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-editor/dist/assets/dragula.css';
import './css/diagram.css';
import './css/workbench.css';
import { FormEditor } from '@bpmn-io/form-js-editor';
import { speakIn } from './i18n/dom.js';
import formEditorZh from './i18n/formedit-zh.js';
import panelFrameZh from './i18n/panel-frame-zh.js';
import { showRefusal } from './shell/notices.js';
import { language, pageData, t } from './shell/page.js';
import { openSession } from './workbench/session.js';

const data = pageData();
const container = document.getElementById('canvas');
// form-js-editor 1.23 has its English written into the code, so its page is translated where it stands
if (language === 'zh') speakIn(container, { ...panelFrameZh, ...formEditorZh });
const editor = new FormEditor({ container });

function select({ element_id: key }) {
  const field = editor.get('formFieldRegistry').getAll().find(f => f.key === key || f.id === key);
  if (field) editor.get('selection').set(field);
}

try {
  await editor.importSchema(data.schema);
} catch (error) {
  showRefusal(document.getElementById('flash'), { told: { title: t('This form cannot be shown'), message: error.message } });
}
const session = openSession({
  take: () => ({ schema: editor.saveSchema() }),
  select,
  commandStack: () => editor.get('commandStack'),
});
editor.on('commandStack.changed', session.changed);

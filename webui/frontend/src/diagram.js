// A read-only diagram: what is open now, what was passed; a click on an activity becomes the event "activity-chosen"
import './shell/nonce.js';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import './css/diagram.css';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { mark } from './diagram/marks.js';
import { showReadably, zoomButtons } from './diagram/zoom.js';
import { pageData } from './shell/page.js';

async function mount(figure) {
  figure.dataset.mounted = '';
  const data = pageData(figure.dataset.diagram);
  const container = figure.querySelector('.canvas');
  // The wheel belongs to the page: a diagram in its middle must not swallow it
  const viewer = new NavigatedViewer({ container, zoomScroll: { enabled: false } });
  await viewer.importXML(data.xml);
  mark(viewer, data);
  showReadably(viewer, { focus: data.open?.[0] });
  figure.append(zoomButtons(viewer));
  viewer.on('element.click', ({ element }) => {
    const id = (element.labelTarget ?? element).id;
    figure.dispatchEvent(new CustomEvent('activity-chosen', { bubbles: true, detail: { id } }));
  });
  figure.caseloopViewer = viewer;
  figure.dataset.ready = '';
}

const mountAll = () => document.querySelectorAll('[data-diagram]:not([data-mounted])').forEach(mount);
document.addEventListener('htmx:after:swap', mountAll);
mountAll();

// Counts the time left in <time data-due data-now>, by the server's clock
import { t } from './page.js';

const STEP_SECONDS = 15;
const SOON_SECONDS = 900;
const loadedAt = performance.now();

function span(seconds) {
  // What is left is rounded up, so that the number stays what the server wrote
  const minutes = seconds < 0 ? Math.floor(-seconds / 60) : Math.ceil(seconds / 60);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days ? [[days, 'd'], [hours, 'h']] : hours ? [[hours, 'h'], [rest, 'min']] : [[rest, 'min']];
  const units = { d: t('%(n)s d', { n: '#' }), h: t('%(n)s h', { n: '#' }), min: t('%(n)s min', { n: '#' }) };
  return parts.filter(([n], i) => n || !i).map(([n, unit]) => units[unit].replace('#', n)).join(' ');
}

function refresh(element) {
  element.caseloopLoadedAt ??= element.isConnected && document.readyState === 'complete' ? performance.now() : loadedAt;
  const now = Date.parse(element.dataset.now) + performance.now() - element.caseloopLoadedAt;
  const seconds = (Date.parse(element.dataset.due) - now) / 1000;
  const text = element.querySelector('span');
  const say = seconds < 0 ? t('%(span)s overdue', { span: span(seconds) }) : t('%(span)s left', { span: span(seconds) });
  if (text.textContent !== say) text.textContent = say;
  element.classList.toggle('bad', seconds < 0);
  element.classList.toggle('warn', seconds >= 0 && seconds < SOON_SECONDS);
  element.classList.toggle('quiet', seconds >= SOON_SECONDS);
}

export function installCountdown() {
  const all = () => document.querySelectorAll('time[data-due]').forEach(refresh);
  all();
  setInterval(all, STEP_SECONDS * 1000);
  document.addEventListener('htmx:after:swap', all);
}

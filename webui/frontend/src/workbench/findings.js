// The server's findings below the drawing; a click on one shows its element
import { make } from '../shell/notices.js';
import { t } from '../shell/page.js';

const TONES = { error: 'bad', warning: 'warn', info: 'info' };
const NAMES = { error: t('Error'), warning: t('Warning'), info: t('Hint') };

function row(finding, select) {
  const where = finding.element_name || finding.element_id || '';
  const file = [finding.file, finding.line && t('line %(line)s', { line: finding.line })].filter(Boolean).join(', ');
  const button = make('button', { type: 'button', class: 'finding' },
    make('span', { class: `badge ${TONES[finding.severity]}` }, NAMES[finding.severity] ?? finding.severity),
    make('span', { class: 'finding-text' }, make('strong', {}, where), where ? ' ' : '', finding.message, ' ',
      make('span', { class: 'quiet' }, finding.way_out ?? '')),
    make('span', { class: 'quiet finding-place' }, file));
  button.addEventListener('click', () => select?.(finding));
  return make('li', {}, button);
}

export function showFindings(findings, select) {
  const panel = document.getElementById('findings');
  if (!panel) return;
  const errors = findings.filter(f => f.severity === 'error').length;
  const count = document.getElementById('findings-count');
  count.textContent = findings.length ? t('%(errors)s errors, %(others)s warnings or hints', { errors, others: findings.length - errors }) : t('nothing found');
  count.className = `badge ${errors ? 'bad' : findings.length ? 'warn' : 'good'}`;
  panel.querySelector('ul').replaceChildren(...findings.map(finding => row(finding, select)));
  panel.open = findings.length > 0;
}

// Every page: looks, htmx, and the small behaviours of the frame
import './shell/nonce.js';
import './css/tokens.css';
import './css/base.css';
import './css/layout.css';
import './css/components.css';
import './css/tables.css';
import './css/forms.css';
import './css/pages.css';
import './css/analyst.css';
import './css/calendars.css';
import './css/print.css';
import htmx from 'htmx.org';
import { installCountdown } from './shell/countdown.js';
import { installDrafts } from './shell/drafts.js';
import { installLive } from './shell/live.js';
import { installMenus } from './shell/menus.js';
import { installNotices } from './shell/notices.js';
import { installYear } from './shell/year.js';
import { csrfToken } from './shell/page.js';
import { installShortcuts } from './shell/shortcuts.js';

window.htmx = htmx;
document.addEventListener('htmx:config:request', event => {
  event.detail.ctx.request.headers['X-CSRF-Token'] = csrfToken();
});
installNotices();
installMenus();
installShortcuts();
installDrafts();
installCountdown();
installLive();
installYear();
document.body.dataset.app = 'ready';

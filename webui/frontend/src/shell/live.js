// New notices: one tab of a browser holds the stream and tells the others; without a stream every tab asks now and then
import { t, viewerLogin } from './page.js';
import { toast } from './notices.js';

const ASK_MS = 15000;
const AGAIN_MS = 60000;
const SAME_MS = 1000;

export function installLive() {
  const bell = document.getElementById('bell');
  if (!bell) return;
  let live = false;
  let lastTold = 0;
  const channel = new BroadcastChannel(`caseloop-live-${viewerLogin()}`);
  const refresh = () => document.body.dispatchEvent(new CustomEvent('notice'));

  const told = ({ data }) => {
    live = data.live;
    if (!data.notice) return;
    refresh();
    // several at once are one toast
    if (Date.now() - lastTold > SAME_MS) toast(t('You have a new notice'));
    lastTold = Date.now();
  };
  const tell = data => {
    channel.postMessage(data);
    told({ data });
  };
  channel.addEventListener('message', told);

  const hold = () => new Promise(() => {
    const open = () => {
      const stream = new EventSource(bell.dataset.stream);
      stream.addEventListener('open', () => tell({ live: true }));
      stream.addEventListener('notice', () => tell({ live: true, notice: true }));
      stream.addEventListener('error', () => {
        tell({ live: false });
        // a refused stream stays closed; one that broke off comes again by itself
        if (stream.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS);
      });
    };
    open();
  });
  // the lock is ours until the tab closes; pages without https have no locks
  if (bell.dataset.stream && navigator.locks) navigator.locks.request(`caseloop-live-${viewerLogin()}`, hold);
  else if (bell.dataset.stream) hold();

  setInterval(() => { if (!live) refresh(); }, ASK_MS);
}

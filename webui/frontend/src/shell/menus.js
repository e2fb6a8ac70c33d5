// The navigation of narrow screens, and menus that close by Escape or a click beside them
export function installMenus() {
  document.addEventListener('click', event => {
    if (event.target.closest('[data-print]')) window.print();
    const toggle = event.target.closest('[data-toggle]');
    if (toggle) {
      const open = document.getElementById(toggle.dataset.toggle).classList.toggle('open');
      toggle.setAttribute('aria-expanded', String(open));
    }
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
}

// Arrow keys walk the days of a year: left and right by a day, up and down by a week
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function onKey(event) {
  const day = event.target.closest('[data-year] [data-day]');
  const step = STEPS[event.key];
  if (!day || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  const days = [...day.closest('[data-year]').querySelectorAll('[data-day]')];
  const next = days[days.indexOf(day) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function installYear() {
  document.addEventListener('keydown', onKey);
}

/**
 * What JavaScript adds where it is on: filter, sort, expand all, and opening the rule that a link leads to. The
 * page is complete without it. Constant text, and it reads the page only, so that no data can become code.
 */
export const script = `
(() => {
  const list = document.querySelector('.rules');
  const tools = document.querySelector('.tools');
  if (!list || !tools) return;
  const rules = [...list.children].map((item, order) => ({ item, order, title: item.querySelector('.title').textContent, text: '' }));
  const [filter, level, sort, said] = ['input', '[name=level]', '[name=sort]', 'output'].map((s) => tools.querySelector(s));
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const rule of rules) {
      if (words.length && !rule.text) rule.text = rule.item.textContent.toLowerCase();
      const keep = Number(rule.item.dataset.level) <= Number(level.value) && words.every((word) => rule.text.includes(word));
      rule.item.hidden = !keep;
      if (keep) shown++;
    }
    said.textContent = shown === rules.length ? '' : shown + ' of ' + rules.length + ' rules';
  };
  const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const orders = {
    level: () => 0,
    count: (a, b) => b.item.dataset.count - a.item.dataset.count,
    first: (a, b) => text(a.item.dataset.first || '~', b.item.dataset.first || '~'),
    last: (a, b) => text(b.item.dataset.last, a.item.dataset.last),
    title: (a, b) => a.title.localeCompare(b.title),
  };
  const open = () => {
    const item = location.hash.startsWith('#rule-') && document.getElementById(location.hash.slice(1));
    if (!item) return;
    if (item.hidden) { filter.value = ''; level.value = '5'; apply(); }
    item.querySelector('details').open = true;
    item.scrollIntoView();
  };
  let timer;
  filter.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  level.addEventListener('change', apply);
  sort.addEventListener('change', () => {
    list.append(...[...rules].sort((a, b) => orders[sort.value](a, b) || a.order - b.order).map((rule) => rule.item));
  });
  for (const button of tools.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      for (const { item } of rules) if (!item.hidden) item.firstElementChild.open = Boolean(button.dataset.open);
    });
  }
  addEventListener('hashchange', open);
  tools.hidden = false;
  open();
})();
`;

/**
 * What JavaScript adds to the page of a tree: folding, filter, zoom and pan, the panel of a process, its path to the top,
 * keys. Constant text that reads the page only: what it shows it clones, so that no data can become code or markup.
 * Row places follow layout.ts: 15 is the middle of a row's first line, 5 the radius of its dot.
 */
export const treeScript = `
(() => {
  const svg = document.querySelector('.view svg');
  const view = document.querySelector('.view');
  const panel = document.querySelector('.panel');
  const tools = document.querySelector('.bar-top');
  if (!svg || !view || !panel || !tools) return;
  const [filter, said] = ['input', 'output'].map((s) => tools.querySelector(s));
  const all = [...svg.querySelector('.rows').children].map((g) => g.classList.contains('row')
    ? { g, n: +g.dataset.n, p: +g.dataset.p, h: +g.dataset.h, x: +g.dataset.x, level: g.dataset.level, link: g.querySelector('a'), edge: g.querySelector('a > .edge'), folded: g.querySelector('.folded'), asked: Boolean(g.querySelector('.asked')), kids: 0, below: 0, shut: false, keep: true, shown: true, y: 0 }
    : { g, h: +g.dataset.h, host: true });
  const rows = all.filter((one) => !one.host);
  for (const row of rows) if (row.p >= 0) rows[row.p].kids++;
  for (let i = rows.length - 1; i >= 0; i--) if (rows[i].p >= 0) rows[rows[i].p].below += rows[i].below + 1;
  const top = +svg.querySelector('.rows').dataset.top;
  const [foot, grid, axis, back] = ['.foot', '.grid', '.axis', ':scope > .page'].map((s) => svg.querySelector(s));
  const width = svg.viewBox.baseVal.width;
  const footHeight = svg.viewBox.baseVal.height - top - rows.reduce((sum, row) => sum + row.h, 0) - all.reduce((sum, one) => sum + (one.host ? one.h : 0), 0);
  let selected = null, scale = 1, current = rows[0];

  const layout = () => {
    const filtered = filter.value.trim() !== '';
    let y = 0, heading = null;
    const last = new Map();
    for (const row of rows) {
      const parent = rows[row.p];
      row.shown = row.keep && (!parent || (parent.shown && (filtered || !parent.shut)));
    }
    for (const one of all) {
      if (one.host) { one.g.setAttribute('hidden', ''); heading = one; continue; }
      if (!one.shown) { one.g.setAttribute('hidden', ''); continue; }
      if (heading) { heading.g.removeAttribute('hidden'); heading.g.setAttribute('transform', 'translate(0 ' + y + ')'); y += heading.h; heading = null; }
      one.y = y;
      one.g.removeAttribute('hidden');
      one.g.setAttribute('transform', 'translate(0 ' + y + ')');
      one.g.classList.toggle('shut', one.shut && !filtered);
      if (one.kids) one.link.setAttribute('aria-expanded', String(!one.shut));
      if (one.folded) one.folded.textContent = one.shut && !filtered ? '   ▸ ' + one.below + ' below' : '';
      const parent = rows[one.p];
      if (one.edge && parent) {
        const from = last.has(one.p) ? last.get(one.p) + 15 : parent.y + 20;
        one.edge.setAttribute('d', 'M' + parent.x + ' ' + (from - y) + 'V15H' + (one.x - 5));
        last.set(one.p, y);
      }
      y += one.h;
    }
    const height = top + y + footHeight;
    svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    svg.setAttribute('height', height);
    back.setAttribute('height', height);
    foot.setAttribute('transform', 'translate(0 ' + (top + y + 14) + ')');
    if (grid) grid.setAttribute('d', grid.getAttribute('d').replace(/v[\\d.]+/g, 'v' + (y + 6)));
    stick();
  };

  /* The axis stays in sight under the tools. */
  const stick = () => {
    const box = svg.getBoundingClientRect();
    const ratio = box.width / width || 1;
    const away = Math.max(0, (tools.getBoundingClientRect().bottom - box.top) / ratio - top + 46);
    axis.setAttribute('transform', 'translate(0 ' + Math.min(away, Math.max(0, box.height / ratio - top - 40)) + ')');
  };

  const detailsOf = (row) => document.getElementById('p' + row.n);
  const nameOf = (row) => row.g.querySelector('.n').textContent;
  const textOf = (row) => (row.text ??= (nameOf(row) + ' ' + detailsOf(row).textContent).toLowerCase());
  const reveal = (row) => { for (let up = rows[row.p]; up; up = rows[up.p]) up.shut = false; };
  const focus = (row) => {
    if (!row) return;
    current.link.setAttribute('tabindex', '-1');
    current = row;
    row.link.setAttribute('tabindex', '0');
    row.link.focus({ preventScroll: true });
    const box = row.g.getBoundingClientRect();
    if (box.top < 130 || box.bottom > innerHeight - 40) scrollBy(0, box.top - innerHeight / 2);
  };

  const select = (row) => {
    for (const other of rows) other.g.classList.remove('sel', 'up');
    selected = row;
    panel.hidden = !row;
    document.body.classList.toggle('open', Boolean(row));
    panel.replaceChildren();
    if (!row) { stick(); return; }
    row.g.classList.add('sel');
    const path = [];
    for (let up = row; up; up = rows[up.p]) { up.g.classList.add('up'); path.unshift(up); }
    const close = document.createElement('button');
    close.className = 'close'; close.textContent = 'Close';
    close.addEventListener('click', () => { select(null); focus(row); });
    const title = document.createElement('h2');
    title.textContent = nameOf(row);
    const trail = document.createElement('p');
    trail.className = 'path-up';
    for (const up of path.length > 40 ? [...path.slice(0, 20), ...path.slice(-20)] : path) {
      const button = document.createElement('button');
      button.textContent = nameOf(up);
      button.addEventListener('click', () => go(up));
      trail.append(button);
    }
    const facts = detailsOf(row).cloneNode(true);
    facts.removeAttribute('id');
    panel.append(close, title, trail, facts);
    panel.scrollTop = 0;
    stick();
  };
  const go = (row) => {
    if (!row.keep) { filter.value = ''; match(); }
    reveal(row); layout(); focus(row); select(row);
  };

  const match = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.keep = words.every((word) => textOf(row).includes(word));
      if (row.keep) count++;
    }
    for (let i = rows.length - 1; i >= 0; i--) if (rows[i].keep && rows[i].p >= 0) rows[rows[i].p].keep = true;
    said.textContent = words.length ? count + ' of ' + rows.length + ' rows' : '';
    layout();
  };

  const zoom = (factor, x) => {
    const before = scale;
    scale = factor === 0 ? 1 : Math.min(6, Math.max(0.4, scale * factor));
    const at = x === undefined ? view.clientWidth / 2 : x;
    const place = (view.scrollLeft + at) / before;
    svg.style.width = scale === 1 ? '' : scale * 100 + '%';
    svg.style.minWidth = scale < 1 ? '0' : '';
    view.scrollLeft = place * scale - at;
    stick();
  };

  const next = () => {
    const found = rows.filter((row) => row.level !== '');
    if (found.length === 0) { said.textContent = 'no findings'; return; }
    go(found.find((row) => row.n > (selected ? selected.n : -1)) || found[0]);
  };
  const acts = {
    all: () => { for (const row of rows) row.shut = false; filter.value = ''; match(); },
    main: () => {
      const wanted = new Set();
      for (const row of rows) if (row.level !== '' || row.asked) for (let up = rows[row.p]; up && !wanted.has(up); up = rows[up.p]) wanted.add(up);
      for (const row of rows) row.shut = row.kids > 0 && !wanted.has(row);
      filter.value = ''; match();
    },
    next, out: () => zoom(0.8), in: () => zoom(1.25), fit: () => zoom(0),
  };
  for (const button of tools.querySelectorAll('button')) button.addEventListener('click', () => acts[button.dataset.do]());

  let dragged = false;
  for (const row of rows) {
    row.link.setAttribute('tabindex', row === current ? '0' : '-1');
    row.link.setAttribute('draggable', 'false');
    row.link.addEventListener('click', (event) => { event.preventDefault(); if (dragged) return; focus(row); select(row); });
    row.link.addEventListener('dragstart', (event) => event.preventDefault());
    const toggle = row.g.querySelector('.toggle');
    if (toggle) toggle.addEventListener('click', () => { if (dragged) return; row.shut = !row.shut; layout(); });
  }
  svg.addEventListener('keydown', (event) => {
    const shown = rows.filter((row) => row.shown);
    const at = shown.indexOf(current);
    const keys = {
      ArrowDown: () => focus(shown[at + 1]),
      ArrowUp: () => focus(shown[at - 1]),
      Home: () => focus(shown[0]),
      End: () => focus(shown.at(-1)),
      ArrowLeft: () => { if (current.kids && !current.shut) { current.shut = true; layout(); } else focus(rows[current.p]); },
      ArrowRight: () => { if (current.shut) { current.shut = false; layout(); } else if (current.kids) focus(shown[at + 1]); },
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { if (selected) { const row = selected; select(null); focus(row); } else if (filter.value) { filter.value = ''; match(); } return; }
    if (event.target === filter || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') { event.preventDefault(); filter.focus(); }
    else if (event.key === 'n') next();
    else if (event.key === '+') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') zoom(0);
  });
  let timer;
  filter.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(match, 120); });
  view.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 0.87, event.clientX - view.getBoundingClientRect().left);
  }, { passive: false });
  view.addEventListener('pointerdown', (down) => {
    dragged = false;
    if (down.button !== 0 || down.pointerType === 'touch') return;
    let [x, y] = [down.clientX, down.clientY];
    const move = (event) => {
      if (!dragged && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 5) return;
      dragged = true;
      view.scrollLeft -= event.clientX - x;
      scrollBy(0, y - event.clientY);
      [x, y] = [event.clientX, event.clientY];
    };
    const up = () => { removeEventListener('pointermove', move); removeEventListener('pointerup', up); setTimeout(() => { dragged = false; }); };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
  });
  addEventListener('scroll', stick, { passive: true });
  addEventListener('resize', stick);
  document.documentElement.classList.add('js');
  layout();
  const wanted = /^#p(\\d+)$/.exec(location.hash);
  if (wanted && rows[+wanted[1]]) go(rows[+wanted[1]]);
})();
`;

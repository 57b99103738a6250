// Links to the other pages, which lie beside this one.

function navigation() {
  if (payload.pages.length < 2) return null;
  return el('nav', { class: 'pages', 'aria-label': texts.pages }, el('ul', {}, payload.pages.map((page) => el('li', {},
    el('a', { href: page.file, title: page.title, 'aria-current': page.current ? 'page' : null }, page.label)))));
}

// Nodes are made here and nowhere else: text becomes text nodes, never markup.

const SVG = 'http://www.w3.org/2000/svg';
const payload = JSON.parse(document.getElementById('gangqu-data').textContent);
const texts = payload.texts;

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== '') node.append(child);
  }
  return node;
}

// props: on.<event> adds a listener, everything else is an attribute; false and null are left out.
function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith('on.')) node.addEventListener(name.slice(3), value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  return append(node, children);
}

function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return append(node, children);
}

// Text of the plan: its own direction, so that a name cannot turn the words around it.
function words(text) {
  return el('bdi', { dir: 'auto' }, String(text));
}

// What the plan prints is quoted as it stands, in Chinese on every page.
function quoted(text) {
  return el('bdi', { lang: 'zh-CN' }, String(text));
}

function heading(level, text) {
  return el(`h${level}`, {}, text);
}

function button(label, onClick, props, ...children) {
  const content = children.length ? children : [label];
  return el('button', { type: 'button', 'aria-label': children.length ? label : null,
    'on.click': onClick, ...props }, ...content);
}

// A list of terms and values; rows without a value are left out.
function facts(rows) {
  const list = el('dl', { class: 'facts' });
  for (const [term, ...values] of rows) {
    const content = values.flat(Infinity).filter((value) => value);
    if (content.length) list.append(el('div', {}, el('dt', {}, term), el('dd', {}, ...content)));
  }
  return list.childElementCount ? list : null;
}

// The sections of the panel: a record of the payload names its form, and a form draws itself.

// A form is a function of its record that returns a node, a list of nodes, or nothing.
const sectionMakers = {};

function recordOf(form) {
  return payload.sections.find((record) => record.form === form) || null;
}

function panelSections() {
  return payload.sections.map((record) => sectionMakers[record.form](record));
}

// What the address holds beside the view: each part writes its value ('' for none) and reads it back.
const addressParts = new Map();

function keepInAddress(name, part) {
  addressParts.set(name, part);
}

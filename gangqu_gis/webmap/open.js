// What is open: the verdicts counted, the plan's contradictions, the faults in the data.

function verdictCounts() {
  const given = payload.verdicts.filter((verdict) => verdict.count);
  return el('ul', { class: 'verdicts' }, given.map((verdict) => el('li', {}, badge(verdict.id),
    el('b', {}, grouped(verdict.count, 0)))));
}

function contradiction(check) {
  return el('li', {}, el('details', {},
    el('summary', {}, glyphBadge(verdictOf(check.verdict)), el('span', {}, words(check.title))),
    facts([
      [texts.stated, quoted(check.stated)],
      [texts.formula, el('span', { class: 'formula' }, words(check.formula))],
      [texts.cause, check.cause],
      [texts.because, words(check.because)],
      [texts.place, quoted(check.place)],
    ])));
}

function contradictions(checks) {
  const count = checks.length;
  if (!count) return el('p', { class: 'none' }, texts.no_contradictions);
  return el('details', { class: 'open-list' },
    el('summary', {}, fill(texts.contradictions, { count })),
    el('ul', {}, checks.map(contradiction)));
}

function finding(entry) {
  return el('li', {}, el('p', {}, words(entry.text)),
    facts([[texts.remedy, words(entry.remedy)], [texts.place, words(entry.place)]]));
}

function findings(faults, count) {
  if (!count) return null;
  return el('details', { class: 'open-list' }, el('summary', {}, fill(texts.findings, { count })),
    el('ul', { class: 'plain' }, faults.map(finding)),
    count > faults.length ? el('p', { class: 'hint' }, fill(texts.findings_left_out, { count: grouped(count - faults.length, 0) })) : null);
}

sectionMakers.open = (record) => {
  const total = payload.verdicts.reduce((sum, verdict) => sum + verdict.count, 0);
  return el('section', { class: 'open' },
    el('h2', {}, texts.checks, el('small', {}, fill(texts.checks_count, { count: grouped(total, 0) }))),
    verdictCounts(), contradictions(record.contradictions), findings(record.findings, record.finding_count));
};

"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const segments = data.segments;
  const id = name => document.getElementById(name);
  let now = 0;
  let timer = null;

  const format = value => value === null || value === undefined ? "-" : String(Number(value.toPrecision(3)));
  const shown = token => token === "" ? "\u00b7" : token.replace(/\n/g, "\u23ce").replace(/\t/g, "\u21e5").replace(/ /g, "\u2423");

  function svg(name, attributes, parent, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  function html(name, className, parent, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }

  // Data ------------------------------------------------------------------------------------------

  function unpack(panel) {
    if (Array.isArray(panel)) return panel;
    if (!panel.values) {
      const bytes = atob(panel.shades);
      panel.values = Float32Array.from(bytes, c => panel.low + c.charCodeAt(0) / 255 * (panel.high - panel.low));
    }
    return panel.values;
  }

  // The chosen panel, or the mean of all.
  function values(view, choice) {
    if (choice >= 0) return unpack(view.panels[Math.min(choice, view.panels.length - 1)]);
    const all = view.panels.map(unpack);
    return all[0].map((first, i) => all.reduce((sum, panel) => sum + panel[i], 0) / all.length);
  }

  function labels(axis, segment) {
    if (axis.tokens) return segment.tokens;
    if (axis.labels) return axis.labels;
    return Array.from({length: axis.size}, (_, i) => format(place(axis, i)));
  }

  const place = (axis, i) => axis.size === undefined ? i : axis.first + (axis.last - axis.first) * i / Math.max(1, axis.size - 1);
  const viewOf = (segment, index) => segment.views.find(view => view.view === index);

  // Drawing ---------------------------------------------------------------------------------------

  function shades(numbers, rows, columns, low, high) {
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--heat");
    for (let i = 0; i < rows * columns; i++) {
      if (numbers[i] === null) continue;
      context.globalAlpha = high > low ? (numbers[i] - low) / (high - low) : 0;
      context.fillRect(i % columns, Math.floor(i / columns), 1, 1);
    }
    return canvas.toDataURL();
  }

  // Every label that has room; long ones are cut.
  function ticks(names, cell, room) {
    const step = Math.max(1, Math.ceil(room / cell));
    return names.map((name, i) => [i, name.length > 7 ? name.slice(0, 6) + "\u2026" : name]).filter(([i]) => i % step === 0);
  }

  function heat(box, numbers, rowNames, columnNames, rowName, columnName, note) {
    const rows = rowNames.map(shown);
    const columns = columnNames.map(shown);
    const width = Math.max(3, Math.min(18, Math.floor(880 / columns.length)));
    const height = Math.max(3, Math.min(16, Math.floor(420 / rows.length)));
    const longest = names => Math.min(7, names.reduce((most, name) => Math.max(most, name.length), 0));
    const left = 26 + 7 * longest(rows);
    const upright = longest(columns) <= Math.max(1, Math.floor(width / 7));
    const top = 20 + (upright ? 14 : 7 * longest(columns));
    const right = left + width * columns.length;
    const bottom = top + height * rows.length;
    const present = Array.from(numbers).filter(value => value !== null);
    const low = present.reduce((a, b) => Math.min(a, b), 0);
    const high = present.reduce((a, b) => Math.max(a, b), 0);
    const about = `${rowName} by ${columnName}, from ${format(low)} to ${format(high)}`;
    const root = svg("svg", {viewBox: `0 0 ${right + 4} ${bottom + 4}`, width: right + 4, role: "img", "aria-label": about}, box);
    svg("text", {class: "label", "text-anchor": "middle", x: (left + right) / 2, y: 12}, root, columnName);
    svg("text", {class: "label", "text-anchor": "middle", transform: `rotate(-90 12 ${(top + bottom) / 2})`, x: 12, y: (top + bottom) / 2}, root, rowName);
    for (const [i, name] of ticks(rows, height, 11)) {
      svg("text", {class: "tick mono", "text-anchor": "end", x: left - 4, y: top + height * (i + 0.5) + 4}, root, name);
    }
    for (const [i, name] of ticks(columns, width, upright ? 7 : 11)) {
      const x = left + width * (i + 0.5);
      svg("text", upright
        ? {class: "tick mono", "text-anchor": "middle", x, y: top - 4}
        : {class: "tick mono", transform: `rotate(-90 ${x + 4} ${top - 4})`, x: x + 4, y: top - 4}, root, name);
    }
    svg("image", {href: shades(numbers, rows.length, columns.length, low, high), x: left, y: top, width: right - left, height: bottom - top, preserveAspectRatio: "none"}, root);
    const frame = svg("rect", {class: "heat-frame", x: left, y: top, width: right - left, height: bottom - top, "pointer-events": "all"}, root);
    const rest = `From ${format(low)}, without colour, to ${format(high)}, the strongest.`;
    note.textContent = rest;
    frame.addEventListener("mousemove", event => {
      const area = frame.getBoundingClientRect();
      const column = Math.min(columns.length - 1, Math.floor((event.clientX - area.left) / area.width * columns.length));
      const row = Math.min(rows.length - 1, Math.floor((event.clientY - area.top) / area.height * rows.length));
      note.textContent = `${rowName} ${rows[row]}, ${columnName} ${columns[column]}: ${format(numbers[row * columns.length + column])}`;
    });
    frame.addEventListener("mouseleave", () => { note.textContent = rest; });
    return {root, left, right, top, bottom};
  }

  function roundStep(span) {
    const power = 10 ** Math.floor(Math.log10(span / 4));
    return [1, 2, 5, 10].map(factor => factor * power).find(step => span / step <= 4.5);
  }

  // Without labels of places there are round numbers.
  function lines(box, curves, names, xs, xName, xLabels, filled) {
    if (names.length > 1) {
      const legend = html("ul", "legend", box);
      names.forEach((name, i) => {
        const item = html("li", "", legend);
        html("span", `key c${i % 8}`, item);
        item.append(name);
      });
    }
    const all = curves.flat().filter(value => value !== null && value !== undefined);
    const low = Math.min(0, ...all);
    const high = Math.max(...all, low + 1e-9);
    const [left, right, top, bottom] = [64, 886, 10, 190];
    const root = svg("svg", {viewBox: "0 0 900 230", width: 900, role: "img", "aria-label": `${names.join(", ")} over ${xName}`}, box);
    const step = roundStep(high - low);
    const end = Math.ceil(high / step - 1e-9) * step;
    const begin = Math.floor(low / step + 1e-9) * step;
    const first = xs[0];
    const last = Math.max(xs[xs.length - 1], first + 1e-9);
    const x = value => left + (value - first) / (last - first) * (right - left);
    const y = value => bottom - (value - begin) / (end - begin) * (bottom - top);
    for (let tick = begin; tick <= end + step / 2; tick += step) {
      svg("line", {class: "grid-line", x1: left, x2: right, y1: y(tick), y2: y(tick)}, root);
      svg("text", {class: "tick", "text-anchor": "end", x: left - 6, y: y(tick) + 4}, root, format(Math.abs(tick) < step / 1e6 ? 0 : tick));
    }
    const under = (value, label) => svg("text", {class: "tick", "text-anchor": "middle", x: x(value), y: bottom + 17}, root, label);
    if (xLabels) {
      const longest = xLabels.reduce((most, label) => Math.max(most, label.length), 1);
      const every = Math.max(1, Math.ceil(longest * 9 * xs.length / (right - left)));
      xLabels.forEach((label, i) => { if (i % every === 0) under(xs[i], shown(label)); });
    } else {
      const apart = roundStep((last - first) / 2);
      for (let tick = Math.ceil(first / apart) * apart; tick <= last; tick += apart) under(tick, format(tick));
    }
    svg("text", {class: "label", "text-anchor": "middle", x: (left + right) / 2, y: bottom + 36}, root, xName);
    curves.forEach((curve, row) => {
      const points = curve.map((value, i) => value === null || value === undefined ? null : `${x(xs[i]).toFixed(1)},${y(value).toFixed(1)}`).filter(Boolean);
      if (filled) svg("polygon", {class: `area c${row % 8}`, points: `${left},${y(0)} ${points.join(" ")} ${right},${y(0)}`}, root);
      svg("polyline", {class: `curve c${row % 8}`, points: points.join(" ")}, root);
      if (points.length === 1) {
        const [cx, cy] = points[0].split(",");
        svg("circle", {class: `dot c${row % 8}`, r: 3, cx, cy}, root);
      }
    });
    return {root, left, right, top, bottom, x};
  }

  // Views -----------------------------------------------------------------------------------------

  const figures = data.views.map((about, index) => {
    const box = html("div", "view", id("views"));
    const head = html("div", "head", box);
    html("h3", "", head, about.title);
    const figure = {about, index, choice: about.panels.length > 1 ? -1 : 0};
    if (about.panels.length > 1) {
      const select = html("select", "", head);
      select.setAttribute("aria-label", `Panel of ${about.title}`);
      [["-1", `mean of ${about.panels.length}`]].concat(about.panels.map((name, i) => [i, name])).forEach(([value, name]) => {
        html("option", "", select, name).value = value;
      });
      select.addEventListener("change", () => { figure.choice = Number(select.value); draw(figure, true); });
    } else {
      html("span", "note", head, about.panels[0]);
    }
    html("p", "", box, about.explanation + (about.note ? " " + about.note : ""));
    figure.body = html("div", about.kind === "TIMELINE" ? "timeline" : "", box);
    figure.note = html("p", "note", box, "");
    return figure;
  });

  function draw(figure, anew) {
    if (figure.about.kind === "TIMELINE") return drawTimeline(figure, anew);
    figure.body.replaceChildren();
    figure.note.textContent = "";
    const segment = segments[now];
    const view = viewOf(segment, figure.index);
    if (!view) {
      html("p", "note", figure.body, "There is nothing to show in this segment.");
      return;
    }
    const numbers = values(view, figure.choice);
    const rows = labels(view.rows, segment);
    const columns = labels(view.columns, segment);
    if (figure.about.kind === "HEAT_MAP") {
      heat(figure.body, numbers, rows, columns, view.rows.name, view.columns.name, figure.note);
    } else {
      const curves = rows.map((_, r) => Array.from(numbers.slice(r * columns.length, (r + 1) * columns.length)));
      const xs = columns.map((_, i) => place(view.columns, i));
      const named = view.columns.size === undefined ? columns : null;
      lines(figure.body, curves, rows, xs, view.columns.name, named, figure.about.kind === "DENSITY");
    }
  }

  // A timeline is drawn once for each choice; then only its mark moves.
  function drawTimeline(figure, anew) {
    if (anew || !figure.plot) {
      figure.body.replaceChildren();
      const first = segments.find(segment => viewOf(segment, figure.index));
      const rows = labels(viewOf(first, figure.index).rows, first);
      const columns = segments.map(segment => {
        const view = viewOf(segment, figure.index);
        return view ? values(view, figure.choice) : null;
      });
      const curves = rows.map((_, r) => columns.map(column => column ? column[r] : null));
      const names = segments.map((_, i) => String(i + 1));
      if (rows.length > 8) {
        figure.plot = heat(figure.body, curves.flat(), rows, names, viewOf(first, figure.index).rows.name, "segment", figure.note);
        const width = (figure.plot.right - figure.plot.left) / names.length;
        figure.x = i => figure.plot.left + width * (i + 0.5);
      } else {
        figure.plot = lines(figure.body, curves, rows, names.map(Number), "segment", names, false);
        figure.x = i => figure.plot.x(i + 1);
      }
      const {root, left, right, top, bottom} = figure.plot;
      figure.mark = svg("line", {class: "here", y1: top, y2: bottom}, root);
      root.addEventListener("click", event => goAt(event, root, left, right, figure.x(0), figure.x(1)));
    }
    figure.mark.setAttribute("x1", figure.x(now));
    figure.mark.setAttribute("x2", figure.x(now));
  }

  // Goes to the segment whose place is nearest to a click.
  function goAt(event, root, left, right, zeroth, first) {
    const area = root.getBoundingClientRect();
    const x = (event.clientX - area.left) / area.width * root.viewBox.baseVal.width;
    if (x >= left - 6 && x <= right + 6 && first !== zeroth) go(Math.round((x - zeroth) / (first - zeroth)));
  }

  const marks = Array.from(document.querySelectorAll("figure.cursor")).map(figure => {
    const root = figure.querySelector("svg");
    const [left, right, top, bottom, low, high] = figure.dataset.plot.split(" ").map(Number);
    const x = i => left + (i + 1 - low) / (high - low) * (right - left);
    const line = svg("line", {class: "here", y1: top, y2: bottom}, root);
    root.addEventListener("click", event => goAt(event, root, left, right, x(0), x(1)));
    return {line, x};
  });

  function drawText() {
    const segment = segments[now];
    const box = id("text");
    box.replaceChildren();
    segment.tokens.forEach((token, i) => {
      const bits = segment.bits[i];
      const made = html("span", "", box, token.replace(/\n/g, "\u23ce\n") || "\u00b7");
      made.title = bits === null ? "nothing predicts the first token" : `${format(bits)} bits`;
      const strength = bits === null ? 0 : Math.min(75, Math.round(bits * 7));
      made.style.background = `color-mix(in srgb, var(--bad) ${strength}%, transparent)`;
    });
  }

  function go(index) {
    now = Math.max(0, Math.min(segments.length - 1, index));
    const segment = segments[now];
    id("at").value = now + 1;
    id("where").textContent = `segment ${now + 1} of ${segments.length}, ${format(segment.bits_per_token)} bits per token`;
    marks.forEach(mark => {
      mark.line.setAttribute("x1", mark.x(now));
      mark.line.setAttribute("x2", mark.x(now));
    });
    drawText();
    figures.forEach(figure => draw(figure, false));
  }

  function play(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => now === segments.length - 1 ? play(false) : go(now + 1), 600) : null;
    id("play").textContent = on ? "Pause" : "Play";
    id("play").setAttribute("aria-pressed", String(on));
  }

  id("at").max = segments.length;
  id("at").addEventListener("input", event => go(Number(event.target.value) - 1));
  id("back").addEventListener("click", () => go(now - 1));
  id("on").addEventListener("click", () => go(now + 1));
  id("play").addEventListener("click", () => {
    if (timer === null && now === segments.length - 1) go(0);
    play(timer === null);
  });
  document.addEventListener("keydown", event => {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = {ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: segments.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figures.forEach(figure => draw(figure, true)));
  const asked = location.hash.match(/^#segment-(\d+)$/);
  go(asked ? Number(asked[1]) - 1 : 0);
})();

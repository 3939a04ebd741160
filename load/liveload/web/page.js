// The live page: asks for the run's state once a second and draws it. Whatever comes from outside is only ever set as
// text, never as markup.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const ASK_EVERY_MS = 1000;
const MOST_POINTS = 3600;
const at = (id) => document.getElementById(id);

let run = null; // whose points are kept
let kept = new Map(); // second -> point
let settled = 0; // where the next question begins
let last = ""; // the state as drawn, so that nothing is drawn twice

// ---- small makers ---------------------------------------------------------------------------------------------------

function html(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function drawing(width, height, label) {
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "picture" }))
    picture.setAttribute(key, value);
  return picture;
}

function draw(picture, name, attributes, { text, tip } = {}) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  if (text !== undefined) shape.textContent = text;
  if (tip !== undefined) {
    const title = document.createElementNS(SVG, "title");
    title.textContent = tip;
    shape.append(title);
  }
  picture.append(shape);
}

function line(picture, x1, y1, x2, y2, kind) {
  draw(picture, "line", { x1, y1, x2, y2, class: kind });
}

function write(picture, x, y, text, kind, anchor = "start") {
  draw(picture, "text", { x, y, class: kind, "text-anchor": anchor }, { text });
}

const short = (number, digits = 3) => String(Number(number.toPrecision(digits)));
const many = (number) => number.toLocaleString("en");
const seconds = (value) => `${Number(value.toFixed(6))} s`;

function milliseconds(value) {
  if (value === null) return "none";
  return value >= 1000 ? `${short(value / 1000)} s` : `${short(value)} ms`;
}

function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999999);
  const found = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high + step * 1e-9; number += 1)
    found.push(Number((number * step).toFixed(9)));
  return found;
}

// ---- accepted or refused, by gap ------------------------------------------------------------------------------------

function gapPicture(plot, stated) {
  const [left, right, top, half] = [60, 984, 30, 90];
  const middle = top + half;
  const place = (value) => left + ((value - plot.low_s) / (plot.high_s - plot.low_s)) * (right - left);
  const sum = (counts) => Object.values(counts).reduce((total, number) => total + number, 0);
  const all = plot.bins.reduce((total, bin) => total + sum(bin.accepted) + sum(bin.refused), 0);
  const most = Math.max(1, ...plot.bins.flatMap((bin) => [sum(bin.accepted), sum(bin.refused)]));
  const picture = drawing(1000, middle + half + 24, `${all} probes between ${short(plot.low_s, 5)} and ${short(plot.high_s, 5)} s after the STOP`);
  for (const value of ticks(plot.low_s, plot.high_s, 9)) {
    line(picture, place(value), top, place(value), middle + half, "grid");
    write(picture, place(value), middle + half + 16, `${value} s`, "tick", "middle");
  }
  write(picture, left - 8, top + 10, most, "tick", "end");
  write(picture, left - 8, middle + half, most, "tick", "end");
  const width = Math.max(((right - left) * plot.width_s) / (plot.high_s - plot.low_s) - 1, 1);
  for (const bin of plot.bins) {
    for (const [answer, upwards] of [["accepted", true], ["refused", false]]) {
      let reached = 0;
      for (const standing of ["right", "unsure", "wrong"]) {
        const number = bin[answer][standing] ?? 0;
        if (!number) continue;
        const height = Math.max((number / most) * half, standing === "wrong" ? 4 : 0); // one wrong probe is seen among thousands
        const y = upwards ? middle - reached - height : middle + reached;
        const tip = `${number} ${answer}, ${seconds(bin.from_s)} to ${seconds(bin.from_s + plot.width_s)} after the STOP`;
        draw(picture, "rect", { x: place(bin.from_s), y, width, height, class: `column ${standing} ${answer}` }, { tip });
        reached += height;
      }
    }
  }
  line(picture, left, middle, right, middle, "rail");
  line(picture, place(stated), top - 8, place(stated), middle + half, "stated");
  write(picture, place(stated), top - 14, `the page: more than ${seconds(stated)}`, "label stated", "middle");
  return picture;
}

// ---- over time ------------------------------------------------------------------------------------------------------

function frame(points, label, marks, place) {
  const [left, right, top, bottom] = [52, 544, 8, 196];
  const low = points[0][0];
  const high = Math.max(points[points.length - 1][0], low + 1);
  const across = (second) => left + ((second - low) / (high - low)) * (right - left);
  const up = (value) => bottom - place(value) * (bottom - top);
  const picture = drawing(560, bottom + 24, label);
  for (const [value, text] of marks) {
    line(picture, left, up(value), right, up(value), "grid");
    write(picture, left - 8, up(value) + 4, text, "tick", "end");
  }
  for (const second of ticks(low, high, 6)) if (Number.isInteger(second))
    write(picture, across(second), bottom + 17, `${second} s`, "tick", "middle");
  return { picture, across, up, bottom };
}

function ratePicture(points) {
  const most = Math.max(1, ...points.map((point) => point[1]));
  const marks = ticks(0, most, 4).map((value) => [value, many(value)]);
  const label = `answers a second: ${short(points[points.length - 1][1])} last, ${short(most)} at most`;
  const { picture, across, up, bottom } = frame(points, label, marks, (value) => value / most);
  const curve = points.map((point) => `${across(point[0])},${up(point[1])}`).join(" ");
  const ends = [across(points[points.length - 1][0]), across(points[0][0])];
  draw(picture, "polygon", { points: `${curve} ${ends[0]},${bottom} ${ends[1]},${bottom}`, class: "rise" });
  draw(picture, "polyline", { points: curve, class: "curve rate" });
  return picture;
}

function latencyPicture(points) {
  const values = points.flatMap((point) => point.slice(2)).filter((value) => value !== null && value > 0);
  if (!values.length) return html("p", "No answers yet.", { class: "nothing" });
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  const marks = [];
  for (let power = low; power <= high; power += 1) marks.push([10 ** power, milliseconds(10 ** power)]);
  const newest = points[points.length - 1].slice(2).map(milliseconds);
  const label = `latency: half within ${newest[0]}, 95 of 100 within ${newest[1]}, 99 of 100 within ${newest[2]}, at last`;
  const { picture, across, up } = frame(points, label, marks, (value) => (Math.log10(value) - low) / (high - low));
  for (const [index, kind] of ["p50", "p95", "p99"].entries()) {
    let piece = []; // a second without answers parts the curve
    const flush = () => {
      if (piece.length) draw(picture, "polyline", { points: piece.join(" "), class: `curve ${kind}` });
      piece = [];
    };
    for (const point of points) {
      const value = point[index + 2];
      if (value > 0) piece.push(`${across(point[0])},${up(value)}`);
      else flush();
    }
    flush();
  }
  return picture;
}

// ---- tables and words -----------------------------------------------------------------------------------------------

function table(heads, rows, caption) {
  const made = html("table");
  made.append(html("caption", caption, { class: "unseen" }));
  const head = html("tr");
  for (const [text, kind] of heads) head.append(html("th", text, { scope: "col", class: kind }));
  const top = html("thead");
  top.append(head);
  const body = html("tbody");
  for (const row of rows) {
    const line = html("tr");
    row.forEach((text, index) => line.append(html("td", text, { class: heads[index][1] })));
    body.append(line);
  }
  made.append(top, body);
  return made;
}

function fill(id, ...elements) {
  at(id).replaceChildren(...elements);
}

function say(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text; // unchanged words are not read out again
  at(id).hidden = !text;
}

function facts(state) {
  const shown = [
    ["target", state.target], ["scenario", state.scenario], ["run", state.run], ["began", state.started],
    ["elapsed", state.started ? `${state.elapsed_s} s` : ""], ["phase", state.phase], ["verdict", state.verdict],
    ["probes", many(state.probes)], ["dropped", many(state.dropped)],
    ["lateness, 99 of 100", state.lateness_ms[2] === null ? "" : milliseconds(state.lateness_ms[2])],
    ["workers finished", state.workers.expected ? `${state.workers.final} of ${state.workers.expected}` : ""],
    ["exit code", state.exit_code ?? ""],
  ];
  return shown.filter(([, value]) => value !== "").map(([name, value]) => {
    const pair = html("div");
    pair.append(html("dt", name), html("dd", value));
    return pair;
  });
}

function measured(state) {
  const pieces = [["refused up to", state.interval_s.refused_up_to, "refused"], ["accepted from", state.interval_s.accepted_from, "ok"], ["asked for: more than", state.stated_s, ""]];
  return pieces.filter(([, value]) => value !== null).map(([words, value, kind]) => {
    const piece = html("span", `${words} `);
    piece.append(html("b", seconds(value), { class: kind }));
    return piece;
  });
}

function show(state) {
  document.body.className = `load tone-${state.tone}`;
  document.title = `${state.title}: liverec`;
  say("title", state.title);
  say("sentence", state.sentence);
  say("advice", state.advice);
  say("scenario", state.scenario && `(${state.scenario})`);
  at("reasons").hidden = !state.reasons.length;
  fill("reasons", ...state.reasons.map((reason) => html("li", reason)));
  fill("facts", ...facts(state));
  fill("measured", ...measured(state));
  fill("gaps", ...(state.gaps.length ? state.gaps.map((plot) => gapPicture(plot, state.stated_s)) : [html("p", "No START has followed a STOP yet.", { class: "nothing" })]));
  const points = [...kept.values()].sort((one, other) => one[0] - other[0]);
  fill("rate", points.length ? ratePicture(points) : html("p", "No answers yet.", { class: "nothing" }));
  fill("latency-time", points.length ? latencyPicture(points) : html("p", "No answers yet.", { class: "nothing" }));
  const latencyHeads = [["outcome", ""], ["count", "number"], ["half within", "number"], ["95 of 100", "number"], ["99 of 100", "number"], ["longest", "number"]];
  fill("latency", state.latency.length
    ? table(latencyHeads, state.latency.map(([name, count, ...times]) => [name, many(count), ...times.map(milliseconds)]), "Latency by outcome")
    : html("p", "No answers yet.", { class: "card nothing" }));
  const broken = Object.entries(state.broken).map(([name, number]) => `${name}: ${many(number)}`);
  say("broken", broken.length ? `${broken.join(", ")}. The newest ${state.violations.length} below.` : "");
  const violationHeads = [["at", "number"], ["requirement", ""], ["stream", ""], ["why", ""], ["request id", "fine"]];
  fill("violations", state.violations.length
    ? table(violationHeads, state.violations.map(([when, ...words]) => [`${when.toFixed(3)} s`, ...words]), "Violations, newest first")
    : html("p", "None.", { class: "card nothing" }));
  fill("files", ...state.files.map((name) => {
    const item = html("li");
    item.append(html("a", name, { href: `liverec/files/${name.split("/").map(encodeURIComponent).join("/")}` }));
    return item;
  }));
  at("no-files").hidden = state.files.length > 0;
}

// ---- asking ---------------------------------------------------------------------------------------------------------

function remember(state) {
  if (state.run !== run) {
    run = state.run;
    kept = new Map();
  }
  for (const point of state.points) kept.set(point[0], point);
  for (const second of [...kept.keys()].sort((one, other) => one - other).slice(0, Math.max(0, kept.size - MOST_POINTS))) kept.delete(second);
  settled = state.settled;
}

async function ask() {
  try {
    const asked = run;
    const answer = await fetch(`liverec/state?since=${settled}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.redirected) return location.reload(); // the login has expired
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    let state = await answer.json();
    if (state.run !== asked && settled > 0) { // another run began: its first seconds were not asked for
      settled = 0;
      state = await (await fetch("liverec/state?since=0", { cache: "no-store" })).json();
    }
    remember(state);
    const text = JSON.stringify(state);
    if (text !== last) show(state);
    last = text;
  } catch (error) {
    document.body.className = "load tone-error";
    say("title", "Connection lost");
    say("sentence", `Locust does not answer (${error.message}); what stands below is the last that came. Asking again.`);
    last = "";
  }
  setTimeout(ask, ASK_EVERY_MS);
}

ask();

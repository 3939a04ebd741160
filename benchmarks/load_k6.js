// k6's part in load.py: the same requests, signed in JavaScript; what does not change within a second is kept, as in ours.
import http from "k6/http";
import crypto from "k6/crypto";
import { sleep } from "k6";

const KEY = __ENV.LIVEREC_ACCESS_KEY;
const SECRET = __ENV.LIVEREC_SECRET_KEY;
const PROJECT = __ENV.LIVEREC_PROJECT;
const URL = __ENV.LIVEREC_BENCHMARK_URL;
const HOST = URL.replace("http://", "");
const PATH = `/v1/${PROJECT}/record/control`;
const PAUSE = Number(__ENV.LIVEREC_BENCHMARK_PAUSE || 0);
const NAMES = "content-type;host;x-project-id;x-sdk-date";

export const options = {
  discardResponseBodies: true,
  vus: Number(__ENV.LIVEREC_USERS),
  duration: `${__ENV.LIVEREC_SECONDS}s`,
};

const COMMANDS = 400;
const commands = new Array(COMMANDS).fill(null); // made when first needed: every user of k6 has its own

function command(turn) {
  const body = JSON.stringify({
    publish_domain: "publish.example.com",
    app: "live",
    stream: `rehearsal-${Math.floor(turn / 2) + 1}`,
  });
  const action = turn % 2 ? "STOP" : "START";
  return { action, body, digest: crypto.sha256(body, "hex"), url: `${URL}${PATH}?action=${action}` };
}

let second = 0;
let date = "";
let turn = (__VU * 2) % COMMANDS;
const openings = {};

function renew(now) {
  second = now;
  date = new Date(now * 1000).toISOString().replace(/[-:]|\.\d{3}/g, "");
  for (const action of ["START", "STOP"]) {
    openings[action] =
      `POST\n${PATH}/\naction=${action}\ncontent-type:application/json\nhost:${HOST}\n` +
      `x-project-id:${PROJECT}\nx-sdk-date:${date}\n\n${NAMES}\n`;
  }
}

export default function () {
  const one = commands[turn] || (commands[turn] = command(turn));
  turn = (turn + 1) % COMMANDS;
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) renew(now);
  const canonical = crypto.sha256(openings[one.action] + one.digest, "hex");
  const signature = crypto.hmac("sha256", SECRET, `SDK-HMAC-SHA256\n${date}\n${canonical}`, "hex");
  http.post(one.url, one.body, {
    headers: {
      "Content-Type": "application/json",
      "X-Project-Id": PROJECT,
      "X-Sdk-Date": date,
      Authorization: `SDK-HMAC-SHA256 Access=${KEY}, SignedHeaders=${NAMES}, Signature=${signature}`,
    },
  });
  if (PAUSE) sleep(PAUSE);
}

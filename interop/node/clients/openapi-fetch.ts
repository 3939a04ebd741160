// Sends commands through openapi-fetch, with the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { given, loop, lost, type Shown } from "./speaking";

const client = createClient<paths>({
  baseUrl: given("ENDPOINT"),
  headers: { "X-Auth-Token": given("TOKEN") },
});

async function send(action: "START" | "STOP", stream: string): Promise<Shown> {
  const { error, response } = await client.POST("/v1/{project_id}/record/control", {
    params: { path: { project_id: given("PROJECT_ID") }, query: { action } },
    body: { publish_domain: "publish.example.com", app: "live", stream },
  });
  const shown = {
    what: response.constructor.name,
    typed: true,
    status: response.status,
    request_id: response.headers.get("X-request-id"),
  };
  if (error === undefined) {
    return shown;
  }
  // its type holds for the documented statuses only
  const typed = response.status === 400 || response.status === 404;
  return { ...shown, what: `${shown.what}, error`, typed, code: error.error_code, message: error.error_msg };
}

void loop((action, stream) => send(action, stream).catch(lost));

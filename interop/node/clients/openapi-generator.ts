// Sends commands through the client that openapi-generator makes for fetch.
import { Configuration, RecordControlFailureFromJSON, RecordingManagementApi, ResponseError } from "./recording";
import { given, loop, lost, type Shown } from "./speaking";

const api = new RecordingManagementApi(
  new Configuration({
    basePath: given("ENDPOINT"),
    // not as apiKey: the same would be sent in all four headers of authentication
    headers: { "X-Auth-Token": given("TOKEN") },
  }),
);

async function send(action: "START" | "STOP", stream: string): Promise<Shown> {
  try {
    const answer = await api.runRecordRaw({
      projectId: given("PROJECT_ID"),
      action,
      recordControlInfo: { publishDomain: "publish.example.com", app: "live", stream },
    });
    const request_id = answer.raw.headers.get("X-request-id");
    return { what: answer.constructor.name, typed: true, status: answer.raw.status, request_id };
  } catch (refused) {
    if (!(refused instanceof ResponseError)) {
      return lost(refused);
    }
    const failure = RecordControlFailureFromJSON(await refused.response.json());
    return {
      what: refused.constructor.name,
      typed: false,
      status: refused.response.status,
      code: failure.errorCode,
      message: failure.errorMsg,
      request_id: refused.response.headers.get("X-request-id"),
    };
  }
}

void loop(send);

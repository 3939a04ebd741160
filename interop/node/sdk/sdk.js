// Sends commands through the core of the vendor's SDK for Node, which signs them: there is no package for Live.
// Reads ACTION STREAM a line, prints what its user gets.
"use strict";

const readline = require("node:readline");
const { BasicCredentials } = require("@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials");
const { ClientBuilder } = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");

const { CLOUD_SDK_AK, CLOUD_SDK_SK, PROJECT_ID, ENDPOINT } = process.env;
const client = new ClientBuilder((transport) => ({
  send: (action, stream) =>
    transport.sendRequest({
      method: "POST",
      url: "/v1/{project_id}/record/control",
      contentType: "application/json",
      pathParams: {},
      queryParams: { action },
      headers: {},
      data: { publish_domain: "publish.example.com", app: "live", stream },
    }),
}))
  .withCredential(new BasicCredentials().withAk(CLOUD_SDK_AK).withSk(CLOUD_SDK_SK).withProjectId(PROJECT_ID))
  .withEndpoint(ENDPOINT)
  .build();

async function shown(action, stream) {
  try {
    const answer = await client.send(action, stream);
    return { what: answer.constructor.name, status: answer.httpStatusCode, request_id: answer["X-Request-Id"] };
  } catch (refused) {
    return {
      what: refused.constructor.name,
      status: refused.httpStatusCode,
      code: refused.errorCode,
      message: refused.errorMsg ?? refused.message,
      request_id: refused.requestId,
    };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await shown(...line.split(" "))));
  }
}

main();

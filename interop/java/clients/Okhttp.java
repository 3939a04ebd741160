import java.io.IOException;
import java.util.List;
import java.util.Map;
import okhttpclient.ApiClient;
import okhttpclient.ApiException;
import okhttpclient.ApiResponse;
import okhttpclient.api.RecordingManagementApi;
import okhttpclient.auth.ApiKeyAuth;
import okhttpclient.model.RecordControlAction;
import okhttpclient.model.RecordControlFailure;
import okhttpclient.model.RecordControlInfo;

/** Sends commands through the client that openapi-generator makes for OkHttp and Gson. */
public class Okhttp {
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient().setBasePath(System.getenv("ENDPOINT"));
        ((ApiKeyAuth) client.getAuthentication("token")).setApiKey(System.getenv("TOKEN"));
        RecordingManagementApi api = new RecordingManagementApi(client);
        Speaking.loop((action, stream) -> send(api, action, stream));
    }

    private static Map<String, Object> send(RecordingManagementApi api, String action, String stream) {
        try {
            ApiResponse<Void> answer = api.runRecordWithHttpInfo(
                    System.getenv("PROJECT_ID"),
                    RecordControlAction.fromValue(action),
                    new RecordControlInfo().publishDomain("publish.example.com").app("live").stream(stream));
            Map<String, Object> shown = Speaking.shown(answer, true);
            shown.put("status", answer.getStatusCode());
            shown.put("request_id", id(answer.getHeaders()));
            return shown;
        } catch (ApiException refused) {
            Map<String, Object> shown = Speaking.shown(refused, false);
            if (refused.getCode() != 0) {
                RecordControlFailure failure = read(refused.getResponseBody());
                shown.put("status", refused.getCode());
                shown.put("code", failure.getErrorCode());
                shown.put("message", failure.getErrorMsg());
                shown.put("request_id", id(refused.getResponseHeaders()));
            }
            return shown;
        }
    }

    private static String id(Map<String, List<String>> headers) {
        List<String> values = headers.get("x-request-id");
        return values == null ? null : values.get(0);
    }

    private static RecordControlFailure read(String body) {
        try {
            return RecordControlFailure.fromJson(body);
        } catch (IOException unreadable) {
            throw new IllegalStateException(body, unreadable);
        }
    }
}

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import nativeclient.ApiClient;
import nativeclient.ApiException;
import nativeclient.ApiResponse;
import nativeclient.api.RecordingManagementApi;
import nativeclient.model.RecordControlAction;
import nativeclient.model.RecordControlFailure;
import nativeclient.model.RecordControlInfo;

/** Sends commands through the client that openapi-generator makes for Java's own HTTP client. */
public class Native {
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("ENDPOINT"));
        RecordingManagementApi api = new RecordingManagementApi(client);
        Speaking.loop((action, stream) -> send(api, action, stream));
    }

    private static Map<String, Object> send(RecordingManagementApi api, String action, String stream) {
        try {
            // it knows no authentication by header
            ApiResponse<Void> answer = api.runRecordWithHttpInfo(
                    System.getenv("PROJECT_ID"),
                    RecordControlAction.fromValue(action),
                    new RecordControlInfo().publishDomain("publish.example.com").app("live").stream(stream),
                    Map.of("X-Auth-Token", System.getenv("TOKEN")));
            Map<String, Object> shown = Speaking.shown(answer, true);
            shown.put("status", answer.getStatusCode());
            shown.put("request_id", answer.getHeaders().get("x-request-id").get(0));
            return shown;
        } catch (ApiException refused) {
            Map<String, Object> shown = Speaking.shown(refused, false);
            if (refused.getCode() != 0) {
                RecordControlFailure failure = read(refused.getResponseBody());
                shown.put("status", refused.getCode());
                shown.put("code", failure.getErrorCode());
                shown.put("message", failure.getErrorMsg());
                shown.put("request_id", refused.getResponseHeaders().firstValue("X-request-id").orElse(null));
            }
            return shown;
        }
    }

    private static RecordControlFailure read(String body) {
        try {
            return new ObjectMapper().readValue(body, RecordControlFailure.class);
        } catch (JsonProcessingException unreadable) {
            throw new IllegalStateException(body, unreadable);
        }
    }
}

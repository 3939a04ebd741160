import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.live.v1.LiveClient;
import com.huaweicloud.sdk.live.v1.model.RunRecordRequest;
import com.huaweicloud.sdk.live.v1.model.RunRecordResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sends commands through the vendor's SDK for Java: reads ACTION STREAM a line, prints what its user gets. */
public class Command {
    public static void main(String[] arguments) throws Exception {
        LiveClient client = LiveClient.newBuilder()
                .withCredential(new BasicCredentials()
                        .withProjectId(System.getenv("PROJECT_ID"))
                        .withAk(System.getenv("CLOUD_SDK_AK"))
                        .withSk(System.getenv("CLOUD_SDK_SK")))
                .withEndpoint(System.getenv("ENDPOINT"))
                .build();
        ObjectMapper json = new ObjectMapper();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            System.out.println(json.writeValueAsString(shown(client, words[0], words[1])));
        }
        System.exit(0); // the SDK's idle threads would keep it alive for a while
    }

    private static Map<String, Object> shown(LiveClient client, String action, String stream) {
        Map<String, Object> shown = new LinkedHashMap<>();
        try {
            RunRecordResponse answer = client.runRecord(new RunRecordRequest()
                    .withAction(RunRecordRequest.ActionEnum.fromValue(action))
                    .withBody(body -> body.withPublishDomain("publish.example.com").withApp("live").withStream(stream)));
            shown.put("what", answer.getClass().getSimpleName());
            shown.put("status", answer.getHttpStatusCode());
            shown.put("request_id", answer.getXRequestId());
        } catch (ServiceResponseException refused) {
            shown.put("what", refused.getClass().getSimpleName());
            shown.put("status", refused.getHttpStatusCode());
            shown.put("code", refused.getErrorCode());
            shown.put("message", refused.getErrorMsg());
            shown.put("request_id", refused.getRequestId());
        } catch (SdkException lost) {
            shown.put("what", lost.getClass().getSimpleName());
            shown.put("message", lost.getMessage());
        }
        return shown;
    }
}

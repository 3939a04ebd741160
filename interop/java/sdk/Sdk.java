import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.live.v1.LiveClient;
import com.huaweicloud.sdk.live.v1.model.RunRecordRequest;
import com.huaweicloud.sdk.live.v1.model.RunRecordResponse;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;

/** Sends commands through the vendor's SDK for Java. */
public class Sdk {
    public static void main(String[] arguments) throws Exception {
        HttpConfig config = HttpConfig.getDefaultHttpConfig();
        if (arguments.length > 0 && arguments[0].equals("--keep-no-connection")) {
            config = config.withConnectionPool(new ConnectionPool(0, 1, TimeUnit.NANOSECONDS));
        }
        LiveClient client = LiveClient.newBuilder()
                .withHttpConfig(config)
                .withCredential(new BasicCredentials()
                        .withProjectId(System.getenv("PROJECT_ID"))
                        .withAk(System.getenv("CLOUD_SDK_AK"))
                        .withSk(System.getenv("CLOUD_SDK_SK")))
                .withEndpoint(System.getenv("ENDPOINT"))
                .build();
        Speaking.loop((action, stream) -> send(client, action, stream));
    }

    private static Map<String, Object> send(LiveClient client, String action, String stream) {
        try {
            RunRecordResponse answer = client.runRecord(new RunRecordRequest()
                    .withAction(RunRecordRequest.ActionEnum.fromValue(action))
                    .withBody(body -> body.withPublishDomain("publish.example.com").withApp("live").withStream(stream)));
            Map<String, Object> shown = Speaking.shown(answer, true);
            shown.put("status", answer.getHttpStatusCode());
            shown.put("request_id", answer.getXRequestId());
            return shown;
        } catch (ServiceResponseException refused) {
            Map<String, Object> shown = Speaking.shown(refused, true);
            shown.put("status", refused.getHttpStatusCode());
            shown.put("code", refused.getErrorCode());
            shown.put("message", refused.getErrorMsg());
            shown.put("request_id", refused.getRequestId());
            return shown;
        } catch (SdkException lost) {
            return Speaking.shown(lost, true);
        }
    }
}

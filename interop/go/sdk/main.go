// Sends commands through the vendor's SDK for Go.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"

	"interop/speaking"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	live "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/live/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/live/v1/model"
)

func main() {
	keys, err := basic.NewCredentialsBuilder().
		WithAk(os.Getenv("CLOUD_SDK_AK")).
		WithSk(os.Getenv("CLOUD_SDK_SK")).
		WithProjectId(os.Getenv("PROJECT_ID")).
		SafeBuild()
	if err != nil {
		log.Fatal(err)
	}
	transport, err := live.LiveClientBuilder().
		WithEndpoints([]string{os.Getenv("ENDPOINT")}).
		WithCredential(keys).
		SafeBuild()
	if err != nil {
		log.Fatal(err)
	}
	client := live.NewLiveClient(transport)
	speaking.Loop(func(action, stream string) speaking.Shown { return send(client, action, stream) })
}

func send(client *live.LiveClient, action, stream string) speaking.Shown {
	actions := model.GetRunRecordRequestActionEnum()
	request := &model.RunRecordRequest{
		Action: actions.START,
		Body:   &model.RecordControlInfo{PublishDomain: "publish.example.com", App: "live", Stream: stream},
	}
	if action == "STOP" {
		request.Action = actions.STOP
	}
	answer, err := client.RunRecord(request)
	var refused *sdkerr.ServiceResponseError
	switch {
	case err == nil:
		id := answer.XRequestId
		if id == nil {
			id = new(string)
		}
		return speaking.Shown{
			What: fmt.Sprintf("%T", answer), Typed: true, Status: &answer.HttpStatusCode, RequestID: *id,
		}
	case errors.As(err, &refused):
		return speaking.Shown{
			What:      fmt.Sprintf("%T", refused),
			Typed:     true,
			Status:    &refused.StatusCode,
			Code:      refused.ErrorCode,
			Message:   refused.ErrorMessage,
			RequestID: refused.RequestId,
		}
	default:
		return speaking.Shown{What: fmt.Sprintf("%T", err)}
	}
}

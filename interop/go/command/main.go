// Sends commands through the vendor's SDK for Go: reads ACTION STREAM a line, prints what its user gets.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	live "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/live/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/live/v1/model"
)

type shown struct {
	What      string  `json:"what"`
	Status    int     `json:"status,omitempty"`
	Code      string  `json:"code,omitempty"`
	Message   string  `json:"message,omitempty"`
	RequestID *string `json:"request_id"`
}

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
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var action, stream string
		if _, err := fmt.Sscan(lines.Text(), &action, &stream); err != nil {
			log.Fatal(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(send(client, action, stream)); err != nil {
			log.Fatal(err)
		}
	}
}

func send(client *live.LiveClient, action, stream string) shown {
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
		return shown{What: fmt.Sprintf("%T", answer), Status: answer.HttpStatusCode, RequestID: answer.XRequestId}
	case errors.As(err, &refused):
		return shown{
			What:      fmt.Sprintf("%T", refused),
			Status:    refused.StatusCode,
			Code:      refused.ErrorCode,
			Message:   refused.ErrorMessage,
			RequestID: &refused.RequestId,
		}
	default:
		return shown{What: fmt.Sprintf("%T", err), Message: err.Error()}
	}
}

// Sends commands through the client that openapi-generator makes for Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"interop/openapigenerator"
	"interop/speaking"
)

func main() {
	configuration := openapigenerator.NewConfiguration()
	configuration.Servers = openapigenerator.ServerConfigurations{{URL: os.Getenv("ENDPOINT")}}
	client := openapigenerator.NewAPIClient(configuration)
	keys := map[string]openapigenerator.APIKey{"token": {Key: os.Getenv("TOKEN")}}
	asked := context.WithValue(context.Background(), openapigenerator.ContextAPIKeys, keys)
	speaking.Loop(func(action, stream string) speaking.Shown { return send(asked, client, action, stream) })
}

func send(asked context.Context, client *openapigenerator.APIClient, action, stream string) speaking.Shown {
	answer, err := client.RecordingManagementAPI.RunRecord(asked, os.Getenv("PROJECT_ID")).
		Action(openapigenerator.RecordControlAction(action)).
		RecordControlInfo(*openapigenerator.NewRecordControlInfo("publish.example.com", "live", stream)).
		Execute()
	if answer == nil {
		return speaking.Shown{What: fmt.Sprintf("%T", err)}
	}
	shown := speaking.Shown{
		What: fmt.Sprintf("%T", answer), Typed: true, Status: &answer.StatusCode, RequestID: answer.Header.Get("X-request-id"),
	}
	var refused *openapigenerator.GenericOpenAPIError
	if !errors.As(err, &refused) {
		return shown
	}
	shown.What = fmt.Sprintf("%T", refused)
	if failure, typed := refused.Model().(openapigenerator.RecordControlFailure); typed {
		shown.Code, shown.Message = failure.ErrorCode, failure.ErrorMsg
	} else {
		failure := speaking.Read(refused.Body())
		shown.Typed, shown.Code, shown.Message = false, failure.Code, failure.Message
	}
	return shown
}

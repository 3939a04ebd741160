// Sends commands through the client that oapi-codegen makes.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"interop/oapicodegen"
	"interop/speaking"
)

func main() {
	client, err := oapicodegen.NewClientWithResponses(os.Getenv("ENDPOINT"), oapicodegen.WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("X-Auth-Token", os.Getenv("TOKEN"))
			return nil
		}))
	if err != nil {
		log.Fatal(err)
	}
	speaking.Loop(func(action, stream string) speaking.Shown { return send(client, action, stream) })
}

func send(client *oapicodegen.ClientWithResponses, action, stream string) speaking.Shown {
	answer, err := client.RunRecordWithResponse(
		context.Background(),
		os.Getenv("PROJECT_ID"),
		&oapicodegen.RunRecordParams{Action: oapicodegen.RecordControlAction(action)},
		oapicodegen.RecordControlInfo{PublishDomain: "publish.example.com", App: "live", Stream: stream},
	)
	if err != nil {
		return speaking.Shown{What: fmt.Sprintf("%T", err)}
	}
	status := answer.StatusCode()
	shown := speaking.Shown{What: fmt.Sprintf("%T", answer), Typed: true, Status: &status}
	switch {
	case answer.Headers200 != nil:
		shown.RequestID = answer.Headers200.XRequestId
	case answer.JSON400 != nil:
		shown.What += ".JSON400"
		shown.Code, shown.Message = answer.JSON400.ErrorCode, answer.JSON400.ErrorMsg
		shown.RequestID = answer.Headers400.XRequestId
	case answer.JSON404 != nil:
		shown.What += ".JSON404"
		shown.Code, shown.Message = answer.JSON404.ErrorCode, answer.JSON404.ErrorMsg
		shown.RequestID = answer.Headers404.XRequestId
	default:
		failure := speaking.Read(answer.Body)
		shown.Typed, shown.Code, shown.Message = false, failure.Code, failure.Message
		shown.RequestID = answer.HTTPResponse.Header.Get("X-request-id")
	}
	return shown
}

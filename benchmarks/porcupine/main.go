// Judges a history with porcupine, beside ours. It knows no real-valued time: whether an idle stream may start again
// is left open after its first STOP.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

type record struct {
	Time    int64    `json:"time"`
	Process int      `json:"process"`
	Type    string   `json:"type"`
	F       string   `json:"f"`
	Value   []string `json:"value"`
	Status  int      `json:"status"`
}

type state struct{ recording, stopped bool }

func step(s, input, output any) (bool, any) {
	before, accepted := s.(state), output.(int) == 200
	switch {
	case input.(string) == "STOP":
		if accepted {
			return before.recording, state{false, true}
		}
		return !before.recording, before
	case accepted:
		return !before.recording, state{true, before.stopped}
	default:
		return before.recording || before.stopped, before
	}
}

func main() {
	begun := time.Now()
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(bufio.NewReaderSize(file, 1<<20))
	open := map[int]*porcupine.Operation{}
	streams := map[string][]porcupine.Operation{}
	names := map[int]string{}
	lines.Scan()
	for lines.Scan() {
		var one record
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			panic(err)
		}
		switch one.Type {
		case "invoke":
			open[one.Process] = &porcupine.Operation{ClientId: one.Process, Input: one.F, Call: one.Time}
			names[one.Process] = one.Value[3]
		case "ok", "fail":
			operation := open[one.Process]
			operation.Output, operation.Return = one.Status, one.Time
			name := names[one.Process]
			streams[name] = append(streams[name], *operation)
		}
	}
	read := time.Since(begun)
	parts := make([][]porcupine.Operation, 0, len(streams))
	for _, part := range streams {
		parts = append(parts, part)
	}
	model := porcupine.Model{
		Init:           func() any { return state{} },
		Step:           step,
		PartitionEvent: nil,
		Partition:      func([]porcupine.Operation) [][]porcupine.Operation { return parts },
	}
	all := []porcupine.Operation{}
	for _, part := range parts {
		all = append(all, part...)
	}
	found := porcupine.CheckOperationsTimeout(model, all, 60*time.Second)
	fmt.Printf(`{"seconds":%f,"judging":%f,"verdict":"%s"}`+"\n", time.Since(begun).Seconds(), (time.Since(begun) - read).Seconds(), found)
}

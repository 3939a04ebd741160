// Package speaking is how a program of this group is told what to send, and says what its user gets.
package speaking

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
)

// Shown is what the user of a library gets to see of one answer.
type Shown struct {
	What      string `json:"what"`
	Typed     bool   `json:"typed"` // whether code and message were read by the library, not by us from a text
	Status    *int   `json:"status"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	RequestID string `json:"request_id"`
}

// Failure is the body of an error, for libraries that leave reading it to their user.
type Failure struct {
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// Read reads the body of an error.
func Read(body []byte) (failure Failure) {
	if err := json.Unmarshal(body, &failure); err != nil {
		log.Fatal(err)
	}
	return failure
}

// Loop reads ACTION STREAM a line, has it sent, and prints what came of it.
func Loop(send func(action, stream string) Shown) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var action, stream string
		if _, err := fmt.Sscan(lines.Text(), &action, &stream); err != nil {
			log.Fatal(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(send(action, stream)); err != nil {
			log.Fatal(err)
		}
	}
}

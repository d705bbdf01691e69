// Reads objects, one JSON document a line, and writes for each the health that Argo CD's script for its kind returns,
// as JSON: {"status": …, "message": …}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/argoproj/argo-cd/v3/resource_customizations"
	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4*1024*1024)
	for lines.Scan() {
		health, err := healthOf(lines.Bytes())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(health))
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func healthOf(object []byte) ([]byte, error) {
	var head struct{ Kind string }
	if err := json.Unmarshal(object, &head); err != nil {
		return nil, err
	}
	script, err := resource_customizations.Embedded.ReadFile("argoproj.io/" + head.Kind + "/health.lua")
	if err != nil {
		return nil, err
	}
	state := lua.NewState()
	defer state.Close()
	value, err := luajson.Decode(state, object)
	if err != nil {
		return nil, err
	}
	state.SetGlobal("obj", value)
	if err := state.DoString(string(script)); err != nil {
		return nil, err
	}
	return luajson.Encode(state.Get(-1))
}

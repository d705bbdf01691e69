// Reads objects, one JSON document a line, and writes for each, as JSON, what a script of Argo CD for its kind returns.
// Without arguments that is its health: {"status": …, "message": …}; an argument names another script of the kind, such as
// actions/discovery.lua (what may be done to it) or actions/abort/action.lua (what it becomes by that).
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
	script := "health.lua"
	if len(os.Args) > 1 {
		script = os.Args[1]
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4*1024*1024)
	for lines.Scan() {
		result, err := run(script, lines.Bytes())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(result))
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func run(name string, object []byte) ([]byte, error) {
	var head struct{ Kind string }
	if err := json.Unmarshal(object, &head); err != nil {
		return nil, err
	}
	script, err := resource_customizations.Embedded.ReadFile("argoproj.io/" + head.Kind + "/" + name)
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

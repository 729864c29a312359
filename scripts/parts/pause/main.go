// kea-pause is the first process of a pod's sandbox, and of the test cluster's node: it reaps whatever is left to it until it is told to end.
// With arguments it starts that program, and ends when it ends.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

const version = "1.0.0"

func main() {
	started := 0
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	if len(os.Args) > 1 {
		if os.Args[1] == "--version" {
			fmt.Println("kea-pause", version)
			return
		}
		started = start(os.Args[1:])
	}
	for each := range signals {
		if each != syscall.SIGCHLD {
			return
		}
		// One signal may stand for many children.
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 || err != nil {
				break
			}
			if pid == started {
				os.Exit(1)
			}
		}
	}
}

// start runs a program without waiting for it: os/exec would want to be the one that reaps it.
func start(command []string) int {
	path, err := exec.LookPath(command[0])
	if err == nil {
		var pid int
		if pid, err = syscall.ForkExec(path, command, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}); err == nil {
			return pid
		}
	}
	fmt.Fprintf(os.Stderr, "kea-pause: %s: %v\n", command[0], err)
	os.Exit(127)
	return 0
}

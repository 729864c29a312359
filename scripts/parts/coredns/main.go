// CoreDNS with the few plugins that a cluster's DNS needs. The stock main package links three clouds' SDKs as well, which triples the build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	// A query goes through the plugins in this order, whatever the Corefile's.
	dnsserver.Directives = []string{"health", "ready", "prometheus", "errors", "log", "cache", "loadbalance", "kubernetes"}
	coremain.Run()
}

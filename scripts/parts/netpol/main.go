// kea-netpol makes a one-node cluster obey NetworkPolicy: it watches pods, namespaces and policies and keeps one nftables table equal to what they say.
// IPv4 only. What is refused is rejected, not dropped, so that a test sees it at once.
//
// A named port means a port of a container, as most enforcers read it; ports of sidecars (init containers that stay) are not looked up by name.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os/exec"
	"os/signal"
	"sort"
	"strings"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	net "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const version = "1.0.1"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the kubeconfig")
	showVersion := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *showVersion {
		fmt.Println("kea-netpol", version)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()

	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify() },
		UpdateFunc: func(any, any) { notify() },
		DeleteFunc: func(any) { notify() },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			log.Fatal(err)
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	notify()

	applied := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		time.Sleep(50 * time.Millisecond) // let a burst of events settle
		state := cluster{namespaces: map[string]labels.Set{}}
		allNamespaces, _ := namespaces.Lister().List(labels.Everything())
		for _, ns := range allNamespaces {
			state.namespaces[ns.Name] = ns.Labels
		}
		state.policies, _ = policies.Lister().List(labels.Everything())
		allPods, _ := pods.Lister().List(labels.Everything())
		for _, pod := range allPods {
			live := pod.Status.Phase != core.PodSucceeded && pod.Status.Phase != core.PodFailed
			if live && !pod.Spec.HostNetwork && pod.Status.PodIP != "" {
				state.pods = append(state.pods, pod)
			}
		}
		ruleset := state.ruleset()
		if ruleset == applied {
			continue
		}
		if err := load(ruleset); err != nil {
			log.Printf("%v\n%s", err, ruleset)
			time.AfterFunc(time.Second, notify)
			continue
		}
		applied = ruleset
		log.Printf("applied %d policies on %d pods", len(state.policies), len(state.pods))
	}
}

func load(ruleset string) error {
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(ruleset)
	var out bytes.Buffer
	command.Stderr = &out
	if err := command.Run(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out.String())
	}
	return nil
}

type cluster struct {
	namespaces map[string]labels.Set
	pods       []*core.Pod
	policies   []*net.NetworkPolicy
}

// ruleset writes the whole table: one chain for each pod and direction that some policy isolates.
func (c *cluster) ruleset() string {
	sort.Slice(c.pods, func(i, j int) bool { return c.pods[i].Status.PodIP < c.pods[j].Status.PodIP })
	sort.Slice(c.policies, func(i, j int) bool {
		return c.policies[i].Namespace+"/"+c.policies[i].Name < c.policies[j].Namespace+"/"+c.policies[j].Name
	})
	var chains strings.Builder
	maps := map[net.PolicyType][]string{}
	for _, pod := range c.pods {
		for _, direction := range []net.PolicyType{net.PolicyTypeIngress, net.PolicyTypeEgress} {
			rules, isolated := c.rules(pod, direction)
			if !isolated {
				continue
			}
			chain := strings.ToLower(string(direction)) + "_" + strings.ReplaceAll(pod.Status.PodIP, ".", "_")
			maps[direction] = append(maps[direction], pod.Status.PodIP+" : jump "+chain)
			fmt.Fprintf(&chains, "  chain %s { # %s/%s\n", chain, pod.Namespace, pod.Name)
			fmt.Fprintf(&chains, "    ip saddr %s ip daddr %s return\n", pod.Status.PodIP, pod.Status.PodIP)
			for _, rule := range rules {
				fmt.Fprintf(&chains, "    %s return\n", rule)
			}
			chains.WriteString("    reject with icmpx type admin-prohibited\n  }\n")
		}
	}
	jump := func(field string, direction net.PolicyType) string {
		if len(maps[direction]) == 0 {
			return ""
		}
		return fmt.Sprintf("    ip %s vmap { %s }\n", field, strings.Join(maps[direction], ", "))
	}
	return "add table inet netpol\ndelete table inet netpol\ntable inet netpol {\n" + chains.String() +
		"  chain forward {\n    type filter hook forward priority filter; policy accept;\n" +
		"    ct state established,related accept\n" +
		jump("saddr", net.PolicyTypeEgress) + jump("daddr", net.PolicyTypeIngress) + "  }\n" +
		// From a pod to the node itself, as to the API server.
		"  chain input {\n    type filter hook input priority filter; policy accept;\n" +
		"    ct state established,related accept\n" + jump("saddr", net.PolicyTypeEgress) + "  }\n}\n"
}

// rules lists what a pod may receive or send, and whether any policy isolates it in that direction.
func (c *cluster) rules(pod *core.Pod, direction net.PolicyType) (rules []string, isolated bool) {
	for _, policy := range c.policies {
		if policy.Namespace != pod.Namespace || !matches(&policy.Spec.PodSelector, pod.Labels) || !covers(policy, direction) {
			continue
		}
		isolated = true
		if direction == net.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				here := []*core.Pod{pod}
				for _, peer := range c.peers("saddr", policy.Namespace, rule.From) {
					for _, port := range ports(rule.Ports, here) {
						rules = append(rules, strings.TrimSpace(peer.match+" "+port.match))
					}
				}
			}
			continue
		}
		for _, rule := range policy.Spec.Egress {
			for _, peer := range c.peers("daddr", policy.Namespace, rule.To) {
				for _, port := range ports(rule.Ports, peer.pods) {
					rules = append(rules, strings.TrimSpace(peer.match+" "+port.match))
				}
			}
		}
	}
	return rules, isolated
}

func covers(policy *net.NetworkPolicy, direction net.PolicyType) bool {
	for _, covered := range policy.Spec.PolicyTypes { // the API server fills in the default
		if covered == direction {
			return true
		}
	}
	return false
}

type match struct {
	match string
	pods  []*core.Pod // whom it can mean, for named ports
}

func (c *cluster) peers(field, namespace string, peers []net.NetworkPolicyPeer) (all []match) {
	if len(peers) == 0 {
		return []match{{"", c.pods}}
	}
	for _, peer := range peers {
		if peer.IPBlock != nil && strings.Contains(peer.IPBlock.CIDR, ":") {
			continue // no pod has an IPv6 address here
		}
		if peer.IPBlock != nil {
			text := "ip " + field + " " + peer.IPBlock.CIDR
			if len(peer.IPBlock.Except) > 0 {
				text += " ip " + field + " != { " + strings.Join(peer.IPBlock.Except, ", ") + " }"
			}
			all = append(all, match{text, c.pods})
			continue
		}
		for _, pod := range c.pods {
			inNamespace := pod.Namespace == namespace
			if peer.NamespaceSelector != nil {
				inNamespace = matches(peer.NamespaceSelector, c.namespaces[pod.Namespace])
			}
			if inNamespace && (peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels)) {
				all = append(all, match{"ip " + field + " " + pod.Status.PodIP, []*core.Pod{pod}})
			}
		}
	}
	return all
}

// ports turns a rule's ports into matches; a named port means what the receiving pods call so.
func ports(ports []net.NetworkPolicyPort, receivers []*core.Pod) (all []match) {
	if len(ports) == 0 {
		return []match{{}}
	}
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		name := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			all = append(all, match{match: "meta l4proto " + name})
		case port.Port.Type == intstr.Int && port.EndPort != nil:
			all = append(all, match{match: fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort)})
		case port.Port.Type == intstr.Int:
			all = append(all, match{match: fmt.Sprintf("%s dport %d", name, port.Port.IntVal)})
		default:
			for _, pod := range receivers {
				for _, container := range pod.Spec.Containers {
					for _, named := range container.Ports {
						if named.Name == port.Port.StrVal && (named.Protocol == protocol || named.Protocol == "" && protocol == core.ProtocolTCP) {
							all = append(all, match{match: fmt.Sprintf("ip daddr %s %s dport %d", pod.Status.PodIP, name, named.ContainerPort)})
						}
					}
				}
			}
		}
	}
	return all
}

func matches(selector *meta.LabelSelector, set labels.Set) bool {
	parsed, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(set)
}
